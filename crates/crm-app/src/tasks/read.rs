//! Reading one task.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::Scope;
use crm_domain::ids::TaskId;
use crm_domain::task::{Task, TaskStatus};
use crm_domain::values::name::Name;
use crm_domain::version::Versioned;

use crate::context::Ctx;
use crate::error::AppError;
use crate::input::{only_id, seen};
use crate::tasks::related;

/// A task as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskView {
    /// The task.
    pub task: Versioned<Task>,
    /// The name of the record it is about, if the reader may see that.
    pub related_name: Option<Name>,
    /// Whether it is overdue now.
    pub overdue: bool,
}

/// Reads a task.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::NotOwner`]; [`AppError::Invalid`] for a malformed id.
pub async fn read(ctx: &Ctx, actor: &Actor, id: &str) -> Result<TaskView, AppError> {
    let grant = authorize(actor, Action::ReadTasks)?;
    let task = find(ctx, grant.scope(), only_id("id", id)?).await?;
    let mut names = related::names(ctx, actor, task.record().related).await?;
    let name = task.record().related.and_then(|related| names.remove(&related.uuid()));
    Ok(view(ctx, task, name))
}

/// Reads the task that is to be shown or changed.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::Store`].
pub async fn find(ctx: &Ctx, scope: &Scope, id: TaskId) -> Result<Versioned<Task>, AppError> {
    seen(ctx.stores.tasks.task(scope, id).await?, "task")
}

/// The task as a reader sees it now.
pub fn view(ctx: &Ctx, task: Versioned<Task>, related_name: Option<Name>) -> TaskView {
    let record = task.record();
    let done = record.progress.status() == TaskStatus::Done;
    let overdue = !done && record.due.is_overdue(&ctx.calendar(), ctx.now());
    TaskView { task, related_name, overdue }
}
