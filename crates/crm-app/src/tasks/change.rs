//! Changing a task.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::flaw::{FieldErrors, Flaw};
use crm_domain::form::{Form, Reference};
use crm_domain::ids::TaskId;
use crm_domain::patch::{NullablePatch, Patch};
use crm_domain::raw::Members;
use crm_domain::task::{Task, TaskPatch};
use crm_domain::timestamp::Timestamp;
use crm_domain::version::{Replace, Versioned};

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::path_id;
use crate::people::read_owner_change;
use crate::precondition::Precondition;
use crate::tasks::form::related_change;
use crate::tasks::read::{TaskView, find, view};
use crate::tasks::{events, form as task_form, related};

/// Changes the members that the client sent. What is already as it should be changes nothing and needs no right.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`];
/// [`AppError::Denied`] for an agent who gives the task to somebody else.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    body: Members,
    precondition: &Precondition,
) -> Result<TaskView, AppError> {
    authorize(actor, Action::ChangeTask)?;
    let mut form = Form::body(body, task_form::WRITABLE, task_form::READ_ONLY);
    let id = path_id(&mut form, "id", id);
    let mut patch = task_form::patch(&mut form);
    let about = related_change(&mut form);
    let owner = read_owner_change(ctx, &mut form, "owner");
    patch.owner = match owner.reference {
        Reference::Absent => Patch::Keep,
        Reference::Is(user) => Patch::Set(user),
        Reference::Nobody => {
            form.reject("owner", Flaw::required());
            Patch::Keep
        }
    };
    let id: TaskId = form.finish_with(id)?;
    let (patch, about) = (&patch, &about);
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::ChangeTask)?;
        let task = find(ctx, grant.scope(), id).await?;
        let version = task.version();
        owner.check(ctx, Some(task.record().owner))?;
        let mut patch = TaskPatch::clone(patch);
        let mut commit = Commit::new(ctx.commit_id());
        let was_about = task.record().related;
        let is_about = about
            .applied_to(was_about)
            .map_err(|(member, flaw)| AppError::Invalid(FieldErrors::one(member, flaw)))?;
        if is_about != was_about {
            patch.related = match is_about {
                None => NullablePatch::Clear,
                Some(record) => {
                    let target = related::target(ctx, &actor, record).await?;
                    commit = target.expect.into_iter().fold(commit, Commit::expect);
                    NullablePatch::Set(record)
                }
            };
        }
        let mut names = related::names(ctx, &actor, is_about).await?;
        let name = is_about.and_then(|record| names.remove(&record.uuid()));
        let decision = rewrite(ctx, &actor, commit, task, |task, now| task.edit(patch, now))?;
        precondition.check(version)?;
        Ok(decision.map(|task| view(ctx, task, name)))
    })
    .await
}

/// Decides a change of a task: nothing to write if nothing differs, else `commit` with the task and its event.
///
/// # Errors
/// [`AppError::Denied`] if the task changes hands and the actor may not do that.
pub fn rewrite(
    ctx: &Ctx,
    actor: &Actor,
    mut commit: Commit,
    before: Versioned<Task>,
    edit: impl FnOnce(Task, Timestamp) -> Task,
) -> Result<Decision<Versioned<Task>>, AppError> {
    let after = edit(before.record().clone(), ctx.now());
    if before.record().differences(&after).is_empty() {
        return Ok(Decision::Answer(before));
    }
    if after.owner != before.record().owner {
        authorize(actor, Action::AssignTask)?;
        commit = commit.expect(Expect::UserActive(after.owner));
    }
    let put = Replace { before, after };
    let outcome = put.outcome();
    let commit = commit.event(events::changed(ctx, actor, &put)).change(Change::PutTask(put));
    Ok(Decision::commit(commit, outcome))
}
