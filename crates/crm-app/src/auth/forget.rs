//! Removing sessions that are over.

use std::time::Duration;

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;

/// How long a session is kept after it has run out or was ended, for operators who look into the store. Its tokens are
/// refused before and after: those of a session that does not exist are.
const KEPT_FOR: Duration = Duration::from_hours(24);

/// How many go in one commit.
const AT_ONCE: u32 = 200;

/// Removes the sessions that have been over for a day, batch by batch; how many. What the audit log says of them stays.
///
/// # Errors
/// [`AppError::Store`]; those that were not reached are forgotten next time.
pub async fn forget(ctx: &Ctx) -> Result<u64, AppError> {
    let before = ctx.now().minus(KEPT_FOR);
    let mut forgotten = 0;
    loop {
        let some = decide(ctx, &Actor::system("retention"), &[], |system| async move {
            let grant = authorize(&system, Action::ReadUsers)?;
            let over = ctx.stores.sessions.sessions_over(grant.scope(), before, AT_ONCE).await?;
            let count = u32::try_from(over.len()).unwrap_or(AT_ONCE);
            if over.is_empty() {
                return Ok(Decision::Answer(0));
            }
            let commit = Commit::new(ctx.commit_id());
            let commit = over.into_iter().fold(commit, |commit, id| commit.change(Change::ForgetSession(id)));
            Ok(Decision::commit(commit, count))
        })
        .await?;
        forgotten += u64::from(some);
        if some < AT_ONCE {
            return Ok(forgotten);
        }
    }
}
