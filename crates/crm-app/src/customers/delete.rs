//! Deleting a customer.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::ids::CustomerId;
use crm_domain::version::Replace;

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::customers::events;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::{only_id, seen};
use crate::precondition::Precondition;
use crate::tasks;

/// Deletes a customer with its notes; its open tasks, whoever owns them, become done in the same commit. The lead it
/// came from stays converted.
///
/// A task that the actor may not see is completed by the system: an event of the actor's would tell them its title.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`].
pub async fn delete(ctx: &Ctx, actor: &Actor, id: &str, precondition: &Precondition) -> Result<(), AppError> {
    authorize(actor, Action::DeleteCustomer)?;
    let id: CustomerId = only_id("id", id)?;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::DeleteCustomer)?;
        let customer = seen(ctx.stores.customers.customer(grant.scope(), id).await?, "customer")?;
        precondition.check(customer.version())?;
        let system = Actor::system("tasks of a deleted customer");
        let (own, everyones) =
            (authorize(&actor, Action::ReadTasks)?, authorize(&system, Action::ChangeTask)?);
        let tasks = ctx.stores.customers.open_tasks_about(everyones.scope(), id).await?;
        let now = ctx.now();
        let count = u64::try_from(tasks.len()).unwrap_or(u64::MAX);
        let mut commit = Commit::new(ctx.commit_id())
            .event(events::deleted(ctx, &actor, &customer, now))
            .expect(Expect::OpenTasks { customer: id, count })
            .change(Change::DeleteCustomer(customer));
        for before in tasks {
            let by = if own.scope().admits(Some(before.record().owner)) { &actor } else { &system };
            let after = before.record().clone().complete(now);
            let put = Replace { before, after };
            commit = commit.event(tasks::events::changed(ctx, by, &put)).change(Change::PutTask(put));
        }
        Ok(Decision::commit(commit, ()))
    })
    .await
}
