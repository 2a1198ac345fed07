//! Whether a request is new, or one that was answered or is being answered.

use crate::commit::replay::Replay;
use crate::context::Ctx;
use crate::error::AppError;
use crate::repeat::asked::Asked;
use crate::repeat::running::Running;

/// What is to be done about a request.
#[derive(Debug)]
pub enum Start {
    /// It is the first of its key: do it, and hold on to this until it is answered.
    First(Running),
    /// It was done: this was the answer.
    Again(Replay),
}

/// Finds out whether a request was done, and takes its key if not.
///
/// # Errors
/// [`AppError::KeyReused`] if something else was done under the key; [`AppError::StillRunning`] if a request with it is
/// being answered; [`AppError::Store`].
pub async fn start(ctx: &Ctx, asked: &Asked) -> Result<Start, AppError> {
    let running = ctx.repeats.enter(&asked.key);
    match (kept(ctx, asked).await?, running) {
        (Some(answer), _) => Ok(Start::Again(answer)),
        (None, Some(running)) => Ok(Start::First(running)),
        (None, None) => Err(AppError::StillRunning),
    }
}

/// The answer that is kept for a request, if it was done.
///
/// A request that was refused must look once more: another server may have done it meanwhile, which is why there was
/// something to refuse.
///
/// # Errors
/// [`AppError::KeyReused`] if something else was done under the key; [`AppError::Store`].
pub async fn kept(ctx: &Ctx, asked: &Asked) -> Result<Option<Replay>, AppError> {
    let kept = ctx.stores.replays.kept_answer(&asked.key, ctx.now()).await?;
    match kept {
        Some(kept) if kept.body_hash != asked.body_hash => Err(AppError::KeyReused),
        kept @ (Some(_) | None) => Ok(kept),
    }
}
