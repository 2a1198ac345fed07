//! Offering the setup of the first admin to whoever reads a server's terminal.

use crm_domain::access::actor::Actor;

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;

/// Keeps a hash of this server's setup token in the store while that has never had an admin, so that every server of the
/// store takes the token that was shown last. Says whether it did; else the token is forgotten.
///
/// # Errors
/// [`AppError::Store`].
pub async fn offer(ctx: &Ctx) -> Result<bool, AppError> {
    let offered = decide(ctx, &Actor::system("setup token"), &[], |_| async move {
        let workspace = ctx.stores.workspaces.workspace().await?;
        Ok(match ctx.setup.fingerprint() {
            Some(token) if !workspace.set_up => {
                Decision::commit(Commit::new(ctx.commit_id()).change(Change::OfferSetUp(token)), true)
            }
            Some(_) | None => Decision::Answer(false),
        })
    })
    .await?;
    if !offered {
        ctx.setup.spend();
    }
    Ok(offered)
}
