//! Deleting a customer.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::ids::CustomerId;

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::customers::{cleanup, events};
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::{only_id, seen};
use crate::precondition::Precondition;

/// The most open tasks that are completed, and the most notes that are removed, in the commit that deletes their
/// customer.
pub const AT_ONCE: u32 = 500;

/// Deletes a customer. Nobody reads its notes from then on. Its open tasks, whoever owns them, become done: the first
/// [`AT_ONCE`] in the same commit, the others in batches that follow ([`crate::customers::cleanup`]). The lead it came from stays
/// converted.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`].
pub async fn delete(ctx: &Ctx, actor: &Actor, id: &str, precondition: &Precondition) -> Result<(), AppError> {
    authorize(actor, Action::DeleteCustomer)?;
    let id: CustomerId = only_id("id", id)?;
    let deciding = &ctx.keeping(ctx.keeping.part(|_: &Option<CustomerCleanup>| Some(())));
    let left = decide(deciding, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::DeleteCustomer)?;
        let customer = seen(ctx.stores.customers.customer(grant.scope(), id).await?, "customer")?;
        precondition.check(customer.version())?;
        let everyones = authorize(&cleanup::system(), Action::ChangeTask)?;
        // One more than are completed tells whether that is all.
        let mut open = ctx.stores.customers.open_tasks_about(everyones.scope(), id, AT_ONCE + 1).await?;
        let has_more_tasks = open.len() > AT_ONCE as usize;
        open.truncate(AT_ONCE as usize);
        let notes = ctx.stores.notes.note_ids(everyones.scope(), id, AT_ONCE).await?;
        let has_more_notes = customer.record().notes_count > notes.len() as u64;
        let now = ctx.now();
        let mut commit = Commit::new(ctx.commit_id()).event(events::deleted(ctx, &actor, &customer, now));
        if !has_more_tasks {
            let count = u64::try_from(open.len()).unwrap_or(u64::MAX);
            commit = commit.expect(Expect::OpenTasks { customer: id, count });
        }
        commit = cleanup::complete(ctx, &actor, commit.change(Change::DeleteCustomer(customer)), open)?;
        if !notes.is_empty() {
            commit = commit.change(Change::DeleteNotes(notes));
        }
        if !has_more_tasks && !has_more_notes {
            return Ok(Decision::commit(commit, None));
        }
        let deleted_by = actor.user_id().ok_or(AppError::Denied(Denied))?;
        let left = CustomerCleanup { customer: id, deleted_by, deleted_at: now };
        Ok(Decision::commit(commit.change(Change::InsertCleanup(left)), Some(left)))
    })
    .await?;
    if let Some(left) = left {
        cleanup::start(ctx, left);
    }
    Ok(())
}
