//! Forgetting answers that were kept long enough.

use crate::context::Ctx;
use crate::error::AppError;

/// How many go at once. Each may have [`crate::commit::replay::Replay::MAX_BYTES`].
const AT_ONCE: u32 = 200;

/// Forgets the answers that have run out; how many.
///
/// # Errors
/// [`AppError::Store`]; those that were not reached are forgotten next time.
pub async fn forget(ctx: &Ctx) -> Result<u64, AppError> {
    let mut forgotten = 0;
    loop {
        let some = ctx.stores.replays.forget_answers(ctx.now(), AT_ONCE).await?;
        forgotten += u64::from(some);
        if some < AT_ONCE {
            return Ok(forgotten);
        }
    }
}
