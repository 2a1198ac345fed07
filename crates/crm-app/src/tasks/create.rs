//! Making a task.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::form::Form;
use crm_domain::raw::Members;
use crm_domain::task::Task;
use crm_domain::version::{Version, Versioned};

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::people::{read_owner, still_active};
use crate::tasks::read::{TaskView, view};
use crate::tasks::{events, form as task_form, related};

/// Makes a task. It is the caller's own unless an admin names somebody else.
///
/// # Errors
/// [`AppError::Invalid`] with every bad member, a record that the caller may not see among them;
/// [`AppError::Denied`] for an agent who names somebody else.
pub async fn create(ctx: &Ctx, actor: &Actor, body: Members) -> Result<TaskView, AppError> {
    authorize(actor, Action::CreateTask)?;
    let mut form = Form::body(body, task_form::WRITABLE, task_form::READ_ONLY);
    let about = task_form::related(&mut form);
    let draft = task_form::draft(&mut form, about);
    let named = read_owner(ctx, &mut form, "owner");
    if let Some(record) = about {
        related::check(ctx, actor, &mut form, record).await?;
    }
    let draft = form.finish_with(draft)?;
    decide(ctx, actor, &[], |actor| {
        let draft = draft.clone();
        async move {
            if named.is_some() && named != actor.user_id() {
                authorize(&actor, Action::AssignTask)?;
            }
            let owner = named.or_else(|| actor.user_id()).ok_or(AppError::Denied(Denied))?;
            still_active(ctx, "owner", owner)?;
            let mut commit = Commit::new(ctx.commit_id()).expect(Expect::UserActive(owner));
            let mut name = None;
            if let Some(record) = draft.related {
                let target = related::target(ctx, &actor, record).await?;
                name = Some(target.name);
                commit = target.expect.into_iter().fold(commit, Commit::expect);
            }
            let task = Task::create(ctx.mint(), draft, owner, ctx.now());
            let commit =
                commit.event(events::created(ctx, &actor, &task)).change(Change::InsertTask(task.clone()));
            let task = view(ctx, Versioned::stored(task, Version::FIRST), name);
            Ok(Decision::commit(commit, task))
        }
    })
    .await
}
