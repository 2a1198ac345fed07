//! The clean-up after a deleted customer: the rest of its notes is removed and the rest of its open tasks completed, a
//! batch a commit.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::task::Task;
use crm_domain::version::{Replace, Versioned};

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::jobs::{BATCH, requester};
use crate::repeat::keeping::Keeping;
use crate::tasks;

/// The reason of the events of tasks that the user who deleted the customer may not see.
const REASON: &str = "tasks of a deleted customer";

/// The system, as it completes the tasks of a deleted customer.
pub(super) fn system() -> Actor {
    Actor::system(REASON)
}

/// Resumes every clean-up that is on record.
///
/// # Errors
/// The first error; the other clean-ups were resumed all the same.
pub async fn resume(ctx: &Ctx) -> Result<(), AppError> {
    let grant = authorize(&system(), Action::ReadCustomers)?;
    let mut resumed = Ok(());
    for cleanup in ctx.stores.customers.cleanups(grant.scope()).await? {
        resumed = resumed.and(run(ctx, &cleanup).await);
    }
    resumed
}

/// Runs a clean-up in a task of its own. If it fails, it is resumed later.
pub(super) fn start(ctx: &Ctx, cleanup: CustomerCleanup) {
    let ctx = ctx.keeping(Keeping::nothing());
    tokio::spawn(async move {
        if let Err(error) = run(&ctx, &cleanup).await {
            tracing::warn!(%error, customer = %cleanup.customer, "the clean-up after a deleted customer is interrupted");
        }
    });
}

/// Runs batches until nothing is left.
async fn run(ctx: &Ctx, cleanup: &CustomerCleanup) -> Result<(), AppError> {
    while !decide(ctx, &system(), &[cleanup.customer.uuid()], |_| batch(ctx, cleanup)).await? {}
    Ok(())
}

/// Decides the next batch; says whether it is the last one, which finds nothing left.
async fn batch(ctx: &Ctx, cleanup: &CustomerCleanup) -> Result<Decision<bool>, AppError> {
    let grant = authorize(&system(), Action::ChangeTask)?;
    let open = ctx.stores.customers.open_tasks_about(grant.scope(), cleanup.customer, BATCH).await?;
    let notes = ctx.stores.notes.note_ids(grant.scope(), cleanup.customer, BATCH).await?;
    let commit = Commit::new(ctx.commit_id());
    if open.is_empty() && notes.is_empty() {
        return Ok(Decision::commit(commit.change(Change::DeleteCleanup(cleanup.customer)), true));
    }
    let actor = requester(ctx, cleanup.deleted_by, REASON);
    let mut commit = complete(ctx, &actor, commit, open)?;
    if !notes.is_empty() {
        commit = commit.change(Change::DeleteNotes(notes));
    }
    Ok(Decision::commit(commit, false))
}

/// Adds the completion of these tasks to a commit. A task that the actor may not see is completed by the system: an event
/// of the actor's would show them its title.
///
/// # Errors
/// [`AppError::Denied`] if the actor may read no tasks.
pub(super) fn complete(
    ctx: &Ctx,
    actor: &Actor,
    mut commit: Commit,
    open: Vec<Versioned<Task>>,
) -> Result<Commit, AppError> {
    let (visible, system, now) = (authorize(actor, Action::ReadTasks)?, system(), ctx.now());
    for before in open {
        let by = if visible.scope().admits(Some(before.record().owner)) { actor } else { &system };
        let after = before.record().clone().complete(now);
        let put = Replace { before, after };
        commit = commit.event(tasks::events::changed(ctx, by, &put)).change(Change::PutTask(put));
    }
    Ok(commit)
}
