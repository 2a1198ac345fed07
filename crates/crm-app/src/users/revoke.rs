//! Ending every session of a user.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::ids::UserId;

use crate::commit::Commit;
use crate::context::Ctx;
use crate::decide::decide;
use crate::error::AppError;
use crate::input::only_id;
use crate::users::change::{find, put};

/// Signs a user out everywhere, whoever it is; how many sessions that ended. No token that they had until then is good,
/// also one whose session has run out. Of one's own it ends the one that asks too.
///
/// # Errors
/// [`AppError::Denied`] for agents; [`AppError::Invalid`] for a malformed id, [`AppError::NotFound`].
pub async fn revoke(ctx: &Ctx, actor: &Actor, id: &str) -> Result<u64, AppError> {
    authorize(actor, Action::ChangeUser)?;
    let id: UserId = only_id("id", id)?;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::ChangeUser)?;
        let before = find(ctx, grant.scope(), id).await?;
        let now = ctx.now();
        let open = ctx.stores.sessions.open_sessions(grant.scope(), id, now).await?;
        let ended = u64::try_from(open.len()).unwrap_or(u64::MAX);
        let after = before.record().clone().sign_out_everywhere(now);
        Ok(put(ctx, &actor, Commit::new(ctx.commit_id()), before, after).map(|_| ended))
    })
    .await
}
