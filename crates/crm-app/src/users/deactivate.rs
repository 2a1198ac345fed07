//! Deactivating a user, and handing over what was theirs.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::flaw::Flaw;
use crm_domain::form::Form;
use crm_domain::ids::UserId;
use crm_domain::raw::Members;

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::path_id;
use crate::people::{check_active, still_active};
use crate::precondition::Precondition;
use crate::users::change::{find, put};
use crate::users::guard::guard;
use crate::users::transfer;
use crm_domain::transfer::{Moved, Transfer};

/// The parameters of the request.
pub const PARAMETERS: &[&str] = &["transferTo"];

/// What a deactivation comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deactivation {
    /// The user is deactivated, and nothing was to be handed over.
    Deactivated,
    /// The user is deactivated, and the hand-over stands like this: it is finished, or goes on in the background.
    HandedOver(Transfer),
}

/// Deactivates a user in one commit, after which no token of theirs is good. With `transferTo`, what is open of theirs
/// then goes to that user, batch by batch; the answer says how much moved. A repeated request joins a hand-over to the same
/// user that is running.
///
/// # Errors
/// [`AppError::Denied`] for agents; [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::VersionMismatch`];
/// [`AppError::Refused`] for the last admin and for oneself.
pub async fn deactivate(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    query: Members,
    precondition: &Precondition,
) -> Result<Deactivation, AppError> {
    authorize(actor, Action::DeactivateUser)?;
    let mut form = Form::query(query, PARAMETERS);
    let id = path_id(&mut form, "id", id);
    let to = form.optional("transferTo", UserId::parse);
    if let Some(to) = to {
        if id == Some(to) {
            form.reject("transferTo", Flaw::new("invalid", "must be somebody else"));
        } else if let Err(flaw) = check_active(ctx, to) {
            form.reject("transferTo", flaw);
        }
    }
    let id: UserId = form.finish_with(id)?;
    // With a hand-over, the answer is known when that is finished, or late.
    let first = &ctx.keeping(
        ctx.keeping.part(|begun: &Option<Transfer>| begun.is_none().then_some(Deactivation::Deactivated)),
    );
    let begun = decide(first, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::DeactivateUser)?;
        let before = find(ctx, grant.scope(), id).await?;
        let now = ctx.now();
        let after = before.record().clone().deactivate(now);
        let mut commit = guard(ctx, &actor, Commit::new(ctx.commit_id()), before.record(), &after).await?;
        let mut transfer = None;
        if let Some(to) = to {
            still_active(ctx, "transferTo", to)?;
            let by = actor.user_id().ok_or(AppError::Denied(Denied))?;
            let earlier = ctx.stores.users.transfer(grant.scope(), id).await?;
            let joined = earlier.filter(|earlier| earlier.is_running() && earlier.to == to);
            let moved = Moved::default();
            let begun =
                joined.unwrap_or(Transfer { from: id, to, by, begun_at: now, moved, finished_at: None });
            commit = commit.expect(Expect::UserActive(to)).change(Change::PutTransfer(begun));
            if let Some(joined) = joined {
                commit = commit.expect(Expect::TransferAt(joined));
            }
            transfer = Some(begun);
        }
        precondition.check(before.version())?;
        Ok(match put(ctx, &actor, commit.clone(), before, after) {
            Decision::Commit(commit, _) => Decision::Commit(commit, transfer),
            Decision::Answer(_) if transfer.is_some() => Decision::commit(commit, transfer),
            Decision::Answer(_) => Decision::Answer(None),
        })
    })
    .await?;
    match begun {
        None => Ok(Deactivation::Deactivated),
        Some(begun) => {
            let ctx = &ctx.keeping(ctx.keeping.part(|step: &Transfer| Some(Deactivation::HandedOver(*step))));
            transfer::start(ctx, begun).await.map(Deactivation::HandedOver)
        }
    }
}
