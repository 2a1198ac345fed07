//! Tasks.

use bson::oid::ObjectId;
use crm_domain::activity::{EntityKind, EntityRef};
use crm_domain::due::DueDate;
use crm_domain::ids::UserId;
use crm_domain::meta::Meta;
use crm_domain::task::{Priority, Progress, Related, RelatedKind, Task, TaskStatus};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::title::Title;

use super::moments;
use crate::ids;
use crate::mend;
use crate::report::Item;
use crate::source::task::NodeTask;
use crate::timeline::Subject;

/// A task that will be here.
pub(crate) struct NewTask {
    pub(crate) old: ObjectId,
    pub(crate) item: Item,
    pub(crate) task: Task,
}

impl NewTask {
    /// What its events are about.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            old: self.old,
            entity: EntityRef::Task(self.task.id),
            name: self.task.title.as_str(),
            owner: Some(self.task.owner),
            created_at: self.task.created_at,
            maker: None,
            made: Meta::new(),
        }
    }
}

/// The task as it will be here; else what is left out as nothing can be made of it. `is_there` says which leads and
/// customers will be.
pub(crate) fn convert(
    task: NodeTask,
    due: DueDate,
    owner: UserId,
    is_there: impl Fn(EntityRef) -> bool,
) -> Result<NewTask, Item> {
    let NodeTask { mut item, id: old, .. } = task;
    let (created_at, updated_at) = moments(&mut item, old, task.created_at, task.updated_at);
    let title = mend::line(&mut item, "title", task.title.as_deref(), Title::MAX, Title::parse);
    let title = title.or_else(|| {
        item.field("title", None, "is missing and became \"(no title)\"");
        Title::parse("(no title)").ok()
    });
    let description = mend::prose(&mut item, "description", task.description.as_deref());
    if description.len() > 1 {
        item.field("description", task.description.as_deref(), "was cut at its first 10,000 characters");
    }
    let Some(title) = title else { return Err(item) };
    let task = Task {
        id: ids::record(EntityKind::Task, old),
        title,
        description: description.into_iter().next(),
        due,
        progress: progress(&mut item, task.status.as_deref(), updated_at),
        priority: priority(&mut item, task.priority.as_deref()),
        related: related(&mut item, task.related_type.as_deref(), task.related, is_there),
        owner,
        created_at,
        updated_at,
    };
    Ok(NewTask { old, item, task })
}

/// A task that is done counts as done when it was last changed: the old backend did not write down when.
fn progress(item: &mut Item, raw: Option<&str>, updated_at: Timestamp) -> Progress {
    let words = TaskStatus::ALL.map(|status| (status, status.as_str()));
    let otherwise = (TaskStatus::Open, TaskStatus::Open.as_str());
    Progress::Open.move_to(mend::word(item, "status", raw, &words, otherwise), updated_at)
}

fn priority(item: &mut Item, raw: Option<&str>) -> Priority {
    let words = Priority::ALL.map(|priority| (priority, priority.as_str()));
    mend::word(item, "priority", raw, &words, (Priority::Medium, Priority::Medium.as_str()))
}

fn related(
    item: &mut Item,
    kind: Option<&str>,
    old: Option<ObjectId>,
    is_there: impl Fn(EntityRef) -> bool,
) -> Option<Related> {
    let kinds = [RelatedKind::Lead, RelatedKind::Customer];
    let known = kind
        .and_then(|kind| kinds.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(kind.trim())));
    match (known, kind, old) {
        (None, None, None) => None,
        (Some(known), _, Some(old)) => {
            let (related, record) = match known {
                RelatedKind::Lead => {
                    let id = ids::record(EntityKind::Lead, old);
                    (Related::Lead(id), EntityRef::Lead(id))
                }
                RelatedKind::Customer => {
                    let id = ids::record(EntityKind::Customer, old);
                    (Related::Customer(id), EntityRef::Customer(id))
                }
            };
            if is_there(record) {
                return Some(related);
            }
            let why = format!(
                "is no {} that is taken over; the task is about nothing",
                known.as_str().to_lowercase()
            );
            item.field("relatedId", Some(&old.to_hex()), why);
            None
        }
        (Some(_), _, None) => {
            item.field("relatedId", None, "is missing; the task is about nothing");
            None
        }
        (None, _, _) => {
            item.field("relatedType", kind, "is neither Lead nor Customer; the task is about nothing");
            None
        }
    }
}
