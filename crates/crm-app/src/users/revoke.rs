//! Ending every session of a user.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::ids::UserId;
use crm_domain::session::end::EndReason;

use crate::commit::Commit;
use crate::commit::change::Change;
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
        let mut commit = Commit::new(ctx.commit_id());
        let mut ended = 0;
        for session in ctx.stores.sessions.open_sessions(grant.scope(), id, now).await? {
            if before.record().admits(session.id, session.access_version) {
                ended += 1;
            }
            commit = commit.change(Change::EndSession {
                id: session.id,
                user: session.user,
                at: now,
                why: EndReason::Ended,
            });
        }
        let after = before.record().clone().sign_out_everywhere(now);
        Ok(put(ctx, &actor, commit, before, after).map(|_| ended))
    })
    .await
}
