//! Offering the setup of the first admin to whoever reads a server's terminal, or may run its commands.

use crm_domain::access::actor::Actor;
use secrecy::{ExposeSecret, SecretString};

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::setup::token::{self, SetupFingerprint};

/// Makes a setup token of this random text and keeps its hash in the store, in the place of the one before. None, and
/// nothing is kept, if the store has had an admin.
///
/// # Errors
/// [`AppError::Store`].
pub async fn offer(ctx: &Ctx, random: &SecretString) -> Result<Option<SecretString>, AppError> {
    let token = token::issue(random, ctx.now());
    let fingerprint = SetupFingerprint::of(token.expose_secret());
    let offered = decide(ctx, &Actor::system("setup token"), &[], |_| async move {
        if ctx.stores.workspaces.workspace().await?.set_up {
            return Ok(Decision::Answer(false));
        }
        let commit = Commit::new(ctx.commit_id()).change(Change::OfferSetUp(fingerprint));
        Ok(Decision::commit(commit, true))
    })
    .await?;
    Ok(offered.then_some(token))
}
