//! Tasks.

use bson::DateTime;
use crm_app::query::tasks::rank;
use crm_domain::calendar::Calendar;
use crm_domain::due::DueDate;
use crm_domain::fold::search_key;
use crm_domain::ids::{CustomerKind, LeadKind};
use crm_domain::task::{Priority, Progress, Related, RelatedKind, Task, TaskStatus};
use crm_domain::values::prose::Prose;
use crm_domain::values::title::Title;
use crm_domain::version::{Version, Versioned};
use serde::{Deserialize, Serialize};

use super::fields::{self, Unreadable};
use super::{Stored, date, key, uuid, version};
use crate::search;

/// A task as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TaskDocument {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    version: i64,
    title: String,
    description: Option<String>,
    /// As it was meant: an instant, or a plain date.
    due: String,
    status: String,
    completed_at: Option<DateTime>,
    priority: String,
    related_kind: Option<String>,
    related_id: Option<bson::Uuid>,
    owner: bson::Uuid,
    created_at: DateTime,
    updated_at: DateTime,
}

/// What a task is found by.
#[derive(Debug, Serialize)]
pub(crate) struct TaskKeys {
    /// The last moment that is not too late, under the workspace's calendar.
    due_at: DateTime,
    /// The priority's place in the order.
    rank: i32,
    text: String,
    pieces: Vec<String>,
}

impl TaskDocument {
    /// The task at this version.
    pub(crate) fn new(task: &Task, at: Version) -> Self {
        Self {
            id: key(task.id),
            version: version(at),
            title: task.title.as_str().to_owned(),
            description: task.description.as_ref().map(|text| text.as_str().to_owned()),
            due: task.due.to_string(),
            status: task.progress.status().as_str().to_owned(),
            completed_at: task.progress.completed_at().map(date),
            priority: task.priority.as_str().to_owned(),
            related_kind: task.related.map(|related| related.kind().as_str().to_owned()),
            related_id: task.related.map(|related| uuid(related.uuid())),
            owner: key(task.owner),
            created_at: date(task.created_at),
            updated_at: date(task.updated_at),
        }
    }
}

impl TaskKeys {
    /// What this task is found by.
    pub(crate) fn new(task: &Task, calendar: Calendar) -> Self {
        let text = search_key(task.search_fields());
        Self {
            due_at: date(task.due.moment(&calendar)),
            rank: i32::from(rank(task.priority)),
            pieces: search::pieces(&text),
            text,
        }
    }
}

impl Stored for Versioned<Task> {
    type Document = TaskDocument;
    const COLLECTION: &'static str = "tasks";
    const WHAT: &'static str = "task";

    fn of(stored: TaskDocument) -> Result<Self, Unreadable> {
        let at = fields::version(stored.version)?;
        let task = Task {
            id: fields::id(stored.id),
            title: fields::parse("title", &stored.title, Title::parse)?,
            description: fields::parse_opt("description", stored.description.as_deref(), Prose::parse)?,
            due: fields::parse("due", &stored.due, DueDate::parse)?,
            progress: progress(&stored)?,
            priority: fields::parse("priority", &stored.priority, Priority::parse)?,
            related: related(&stored)?,
            owner: fields::id(stored.owner),
            created_at: fields::time("created_at", stored.created_at)?,
            updated_at: fields::time("updated_at", stored.updated_at)?,
        };
        Ok(Self::stored(task, at))
    }
}

fn progress(stored: &TaskDocument) -> Result<Progress, Unreadable> {
    let status = fields::parse("status", &stored.status, TaskStatus::parse)?;
    match (status, fields::time_opt("completed_at", stored.completed_at)?) {
        (TaskStatus::Open, None) => Ok(Progress::Open),
        (TaskStatus::InProgress, None) => Ok(Progress::InProgress),
        (TaskStatus::Done, Some(at)) => Ok(Progress::Done { at }),
        (TaskStatus::Open | TaskStatus::InProgress, Some(_)) => {
            Err(Unreadable::new("completed_at", "set, and it is not done"))
        }
        (TaskStatus::Done, None) => Err(Unreadable::new("completed_at", "missing, and it is done")),
    }
}

fn related(stored: &TaskDocument) -> Result<Option<Related>, Unreadable> {
    let kind = fields::parse_opt("related_kind", stored.related_kind.as_deref(), RelatedKind::parse)?;
    match (kind, stored.related_id) {
        (None, None) => Ok(None),
        (Some(RelatedKind::Lead), Some(id)) => Ok(Some(Related::Lead(fields::id::<LeadKind>(id)))),
        (Some(RelatedKind::Customer), Some(id)) => {
            Ok(Some(Related::Customer(fields::id::<CustomerKind>(id))))
        }
        (None, Some(_)) | (Some(_), None) => {
            Err(Unreadable::new("related_id", "not there together with its kind"))
        }
    }
}
