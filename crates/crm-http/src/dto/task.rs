//! Tasks.

use crm_app::tasks::read::TaskView;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::people::{People, PersonBody};
use crate::dto::values::{DueText, IdText, Instant, PriorityWord, RelatedKindWord, TaskStatusWord};

/// A task.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Task)]
pub struct TaskBody<'a> {
    /// Its id.
    pub id: IdText,
    /// The same, for clients of the Node.js backend.
    #[serde(rename = "_id")]
    pub legacy_id: IdText,
    /// What is to be done.
    pub title: &'a str,
    /// More about it.
    #[schema(required)]
    pub description: Option<&'a str>,
    /// By when.
    pub due_date: DueText,
    /// How far it has come.
    pub status: TaskStatusWord,
    /// How urgent it is.
    pub priority: PriorityWord,
    /// What kind of record it is about, if any.
    #[schema(required)]
    pub related_type: Option<RelatedKindWord>,
    /// The record it is about, if any.
    #[schema(required)]
    pub related_id: Option<IdText>,
    /// That record's name; `null` for a reader who may not see it.
    #[schema(required)]
    pub related_name: Option<&'a str>,
    /// Whose it is.
    pub owner: PersonBody<'a>,
    /// Whether it should have been done by now and is not.
    pub overdue: bool,
    /// When it was done, if it is.
    #[schema(required)]
    pub completed_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Grows by one with each change.
    pub version: u64,
}

impl<'a> TaskBody<'a> {
    pub(crate) fn of(view: &'a TaskView, people: &'a People) -> Self {
        let (record, version) = (view.task.record(), view.task.version());
        Self {
            id: record.id.into(),
            legacy_id: record.id.into(),
            title: record.title.as_str(),
            description: record.description.as_ref().map(AsRef::as_ref),
            due_date: DueText(record.due),
            status: TaskStatusWord(record.progress.status()),
            priority: PriorityWord(record.priority),
            related_type: record.related.map(|related| RelatedKindWord(related.kind())),
            related_id: record.related.map(|related| IdText(related.uuid())),
            related_name: view.related_name.as_ref().map(AsRef::as_ref),
            owner: people.person(record.owner),
            overdue: view.overdue,
            completed_at: record.progress.completed_at().map(Instant),
            created_at: Instant(record.created_at),
            updated_at: Instant(record.updated_at),
            version: version.number(),
        }
    }
}
