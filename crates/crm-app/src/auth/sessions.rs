//! One's own sessions.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::ids::SessionId;
use crm_domain::session::Session;
use crm_domain::session::end::EndReason;

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::{only_id, seen};

/// One's own live sessions, last used first.
///
/// # Errors
/// [`AppError::Store`].
pub async fn list(ctx: &Ctx, actor: &Actor) -> Result<Vec<Session>, AppError> {
    let grant = authorize(actor, Action::ManageSelf)?;
    let user = actor.user().ok_or(AppError::Denied(Denied))?;
    let sessions = ctx.stores.sessions.open_sessions(grant.scope(), user.id, ctx.now()).await?;
    let card = ctx.mirror.user(user.id).ok_or(AppError::TokenRefused)?;
    Ok(sessions.into_iter().filter(|session| card.admits(session.id, session.access_version)).collect())
}

/// Ends one of one's own sessions, its access tokens included. Ending it again is harmless.
///
/// # Errors
/// [`AppError::Invalid`] for a malformed id, [`AppError::NotFound`], [`AppError::NotOwner`].
pub async fn end(ctx: &Ctx, actor: &Actor, id: &str) -> Result<(), AppError> {
    authorize(actor, Action::ManageSelf)?;
    let id: SessionId = only_id("id", id)?;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::ManageSelf)?;
        let session = seen(ctx.stores.sessions.session(grant.scope(), id).await?, "session")?;
        if session.ended.is_some() {
            return Ok(Decision::Answer(()));
        }
        let end = Change::EndSession { id, user: session.user, at: ctx.now(), why: EndReason::Ended };
        Ok(Decision::commit(Commit::new(ctx.commit_id()).change(end), ()))
    })
    .await
}

/// Ends all of one's own sessions but the one that asks.
///
/// # Errors
/// [`AppError::Store`].
pub async fn end_others(ctx: &Ctx, actor: &Actor) -> Result<(), AppError> {
    authorize(actor, Action::ManageSelf)?;
    decide(ctx, actor, &[], |actor| async move {
        let commit = ending_others(ctx, &actor, Commit::new(ctx.commit_id()), EndReason::Ended).await?;
        Ok(if commit.changes.is_empty() { Decision::Answer(()) } else { Decision::commit(commit, ()) })
    })
    .await
}

/// Adds the end of every open session of the actor but the one that asks.
///
/// # Errors
/// [`AppError::Store`].
pub async fn ending_others(
    ctx: &Ctx,
    actor: &Actor,
    commit: Commit,
    why: EndReason,
) -> Result<Commit, AppError> {
    let grant = authorize(actor, Action::ManageSelf)?;
    let user = actor.user().ok_or(AppError::Denied(Denied))?;
    let now = ctx.now();
    let sessions = ctx.stores.sessions.open_sessions(grant.scope(), user.id, now).await?;
    Ok(sessions.into_iter().filter(|session| session.id != user.session).fold(commit, |commit, session| {
        commit.change(Change::EndSession { id: session.id, user: session.user, at: now, why })
    }))
}
