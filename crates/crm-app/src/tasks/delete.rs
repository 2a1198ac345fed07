//! Deleting a task.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::ids::TaskId;

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::only_id;
use crate::precondition::Precondition;
use crate::tasks::events;
use crate::tasks::read::find;

/// Deletes a task.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`].
pub async fn delete(ctx: &Ctx, actor: &Actor, id: &str, precondition: &Precondition) -> Result<(), AppError> {
    authorize(actor, Action::DeleteTask)?;
    let id: TaskId = only_id("id", id)?;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::DeleteTask)?;
        let task = find(ctx, grant.scope(), id).await?;
        precondition.check(task.version())?;
        let commit = Commit::new(ctx.commit_id())
            .event(events::deleted(ctx, &actor, &task, ctx.now()))
            .change(Change::DeleteTask(task));
        Ok(Decision::commit(commit, ()))
    })
    .await
}
