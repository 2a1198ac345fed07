//! One's own sessions.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::ids::SessionId;
use crm_domain::session::Session;
use crm_domain::session::end::EndReason;

use crate::auth::me;
use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::{only_id, seen};
use crate::users::change::put;

/// One's own live sessions, last used first.
///
/// # Errors
/// [`AppError::Store`].
pub async fn list(ctx: &Ctx, actor: &Actor) -> Result<Vec<Session>, AppError> {
    let grant = authorize(actor, Action::ManageSelf)?;
    let user = actor.user().ok_or(AppError::Denied(Denied))?;
    Ok(ctx.stores.sessions.open_sessions(grant.scope(), user.id, ctx.now()).await?)
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

/// Ends all of one's own sessions but the one that asks, with one change of the access version. Where there is no other
/// session nothing changes.
///
/// # Errors
/// [`AppError::Store`].
pub async fn end_others(ctx: &Ctx, actor: &Actor) -> Result<(), AppError> {
    authorize(actor, Action::ManageSelf)?;
    let id = actor.user_id().ok_or(AppError::Denied(Denied))?;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::ManageSelf)?;
        let this = actor.user().ok_or(AppError::Denied(Denied))?.session;
        let before = me::read(ctx, &actor).await?;
        let now = ctx.now();
        let open = ctx.stores.sessions.open_sessions(grant.scope(), id, now).await?;
        if open.iter().all(|session| session.id == this) {
            return Ok(Decision::Answer(()));
        }
        let after = before.record().clone().sign_out_elsewhere(this, now);
        Ok(put(ctx, &actor, Commit::new(ctx.commit_id()), before, after).map(drop))
    })
    .await
}
