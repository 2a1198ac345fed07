//! Tasks.

use crm_domain::calendar::Calendar;
use crm_domain::due::DueDate;
use crm_domain::fold::search_key;
use crm_domain::ids::{CustomerId, LeadId};
use crm_domain::task::{Progress, Related, RelatedKind, Task, TaskStatus};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::prose::Prose;
use crm_domain::values::title::Title;
use crm_domain::version::{Version, Versioned};
use rusqlite::{Connection, Row, named_params};
use uuid::Uuid;

use super::fields::{self, Fields, Unreadable};
use super::{codes, key, version};
use crate::db::Outcome;

/// One task by its id.
pub(crate) const BY_ID: &str = "SELECT id, version, title, description, due_text, status, completed_at, \
     priority, related_kind, related_id, owner, created_at, updated_at FROM task WHERE id = ?1";

/// One task by its row number.
pub(crate) const BY_ROW: &str = "SELECT id, version, title, description, due_text, status, completed_at, \
     priority, related_kind, related_id, owner, created_at, updated_at FROM task WHERE n = ?1";

/// Every task.
pub(crate) const ALL: &str = "SELECT id, version, title, description, due_text, status, completed_at, \
     priority, related_kind, related_id, owner, created_at, updated_at FROM task";

/// The tasks about a customer that are not done.
pub(crate) const OPEN_ABOUT: &str = "SELECT id, version, title, description, due_text, status, completed_at, \
     priority, related_kind, related_id, owner, created_at, updated_at \
     FROM task INDEXED BY task_by_related WHERE related_id = ?1 AND status IN (0, 1) AND related_kind = 1 LIMIT ?2";

/// Reads a row of [`BY_ID`], [`BY_ROW`], [`ALL`] or [`OPEN_ABOUT`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<Versioned<Task>> {
    fields::read(row, "task", |fields| {
        let id = fields.id()?;
        let version = fields.version()?;
        let task = Task {
            id,
            title: fields.parse(Title::parse)?,
            description: fields.parse_opt(Prose::parse)?,
            due: fields.parse(DueDate::parse)?,
            progress: progress(fields)?,
            priority: fields.code(codes::priority_of)?,
            related: related(fields)?,
            owner: fields.id()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
        };
        Ok(Versioned::stored(task, version))
    })
}

fn progress(fields: &mut Fields<'_, '_>) -> Result<Progress, Unreadable> {
    let status = fields.code(codes::task_status_of)?;
    match (status, fields.time_opt()?) {
        (TaskStatus::Open, None) => Ok(Progress::Open),
        (TaskStatus::InProgress, None) => Ok(Progress::InProgress),
        (TaskStatus::Done, Some(at)) => Ok(Progress::Done { at }),
        (TaskStatus::Open | TaskStatus::InProgress, Some(_)) => {
            Err(fields.last_is("set, and it is not done"))
        }
        (TaskStatus::Done, None) => Err(fields.last_is("missing, and it is done")),
    }
}

fn related(fields: &mut Fields<'_, '_>) -> Result<Option<Related>, Unreadable> {
    let kind: Option<i64> = fields.get()?;
    let kind = match kind.map(codes::related_kind_of) {
        None => None,
        Some(Some(kind)) => Some(kind),
        Some(None) => return Err(fields.last_is("a number that means nothing")),
    };
    let id: Option<[u8; 16]> = fields.get()?;
    match (kind, id.map(Uuid::from_bytes)) {
        (None, None) => Ok(None),
        (Some(RelatedKind::Lead), Some(id)) => Ok(Some(Related::Lead(LeadId::from_uuid(id)))),
        (Some(RelatedKind::Customer), Some(id)) => Ok(Some(Related::Customer(CustomerId::from_uuid(id)))),
        (None, Some(_)) | (Some(_), None) => Err(fields.last_is("not there together with its kind")),
    }
}

/// What a task is found by.
pub(crate) fn key_of(task: &Task) -> String {
    search_key(task.search_fields())
}

/// Writes a new task at this version and gives its row number.
pub(crate) fn insert(
    conn: &Connection,
    task: &Task,
    at: Version,
    calendar: Calendar,
    search_key: &str,
) -> rusqlite::Result<i64> {
    conn.prepare_cached(
        "INSERT INTO task (id, version, title, description, due_text, status, completed_at, priority, \
             related_kind, related_id, owner, created_at, updated_at, due_at, search_key) \
         VALUES (:id, :version, :title, :description, :due_text, :status, :completed_at, :priority, \
             :related_kind, :related_id, :owner, :created_at, :updated_at, :due_at, :search_key)",
    )?
    .insert(named_params! {
        ":id": key(task.id),
        ":version": version(at),
        ":title": task.title.as_str(),
        ":description": task.description.as_ref().map(Prose::as_str),
        ":due_text": task.due.to_string(),
        ":status": codes::task_status(task.progress.status()),
        ":completed_at": task.progress.completed_at().map(Timestamp::millis),
        ":priority": codes::priority(task.priority),
        ":related_kind": task.related.map(|related| codes::related_kind(related.kind())),
        ":related_id": task.related.map(|related| related.uuid().into_bytes()),
        ":owner": key(task.owner),
        ":created_at": task.created_at.millis(),
        ":updated_at": task.updated_at.millis(),
        ":due_at": task.due.moment(&calendar).millis(),
        ":search_key": search_key,
    })
}

/// Writes everything but the texts, if the task still has the version `read`; gives its row number if so.
pub(crate) fn update_state(
    conn: &Connection,
    task: &Task,
    calendar: Calendar,
    read: Version,
) -> rusqlite::Result<Option<i64>> {
    let mut statement = conn.prepare_cached(
        "UPDATE task SET version = version + 1, due_text = :due_text, due_at = :due_at, status = :status, \
             completed_at = :completed_at, priority = :priority, related_kind = :related_kind, \
             related_id = :related_id, owner = :owner, updated_at = :updated_at \
         WHERE id = :id AND version = :read RETURNING n",
    )?;
    let mut rows = statement.query(named_params! {
        ":due_text": task.due.to_string(),
        ":due_at": task.due.moment(&calendar).millis(),
        ":status": codes::task_status(task.progress.status()),
        ":completed_at": task.progress.completed_at().map(Timestamp::millis),
        ":priority": codes::priority(task.priority),
        ":related_kind": task.related.map(|related| codes::related_kind(related.kind())),
        ":related_id": task.related.map(|related| related.uuid().into_bytes()),
        ":owner": key(task.owner),
        ":updated_at": task.updated_at.millis(),
        ":id": key(task.id),
        ":read": version(read),
    })?;
    rows.next()?.map(|row| row.get(0)).transpose()
}

/// Writes the texts of a task.
pub(crate) fn update_texts(
    conn: &Connection,
    n: i64,
    task: &Task,
    search_key: &str,
) -> rusqlite::Result<usize> {
    conn.prepare_cached("UPDATE task SET title = ?2, description = ?3, search_key = ?4 WHERE n = ?1")?
        .execute((n, task.title.as_str(), task.description.as_ref().map(Prose::as_str), search_key))
}

/// Deletes a task, if it still has the version `read`; gives the row number it had.
pub(crate) fn delete(conn: &Connection, task: &Task, read: Version) -> rusqlite::Result<Option<i64>> {
    let mut statement = conn.prepare_cached("DELETE FROM task WHERE id = ?1 AND version = ?2 RETURNING n")?;
    let mut rows = statement.query((key(task.id), version(read)))?;
    rows.next()?.map(|row| row.get(0)).transpose()
}
