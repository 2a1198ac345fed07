//! The events of tasks.

use crm_domain::access::actor::Actor;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::meta::Meta;
use crm_domain::task::{Task, TaskStatus};
use crm_domain::timestamp::Timestamp;
use crm_domain::version::{Replace, Version, Versioned};

use crate::context::Ctx;
use crate::events::{Happening, event};

/// A task was made.
pub fn created(ctx: &Ctx, actor: &Actor, task: &Task) -> Activity {
    event(
        ctx,
        actor,
        Happening {
            kind: ActivityType::TaskCreated,
            entity: EntityRef::Task(task.id),
            version: Version::FIRST,
            message: format!("Task \"{}\" created", task.title.as_str()),
            meta: Meta::new(),
            at: task.created_at,
            owners: [None, Some(task.owner)],
        },
    )
}

/// A task changed; a change that makes it done is a completion, whatever else it changes.
pub fn changed(ctx: &Ctx, actor: &Actor, put: &Replace<Task>) -> Activity {
    let meta = put.before.record().differences(&put.after);
    let title = put.after.title.as_str();
    let (kind, message) = if meta.has("status") && put.after.progress.status() == TaskStatus::Done {
        (ActivityType::TaskCompleted, format!("Task \"{title}\" completed"))
    } else {
        (ActivityType::TaskUpdated, format!("Task \"{title}\" updated"))
    };
    event(
        ctx,
        actor,
        Happening {
            kind,
            entity: EntityRef::Task(put.after.id),
            version: put.version(),
            message,
            meta,
            at: put.after.updated_at,
            owners: [Some(put.before.record().owner), Some(put.after.owner)],
        },
    )
}

/// A task was deleted.
pub fn deleted(ctx: &Ctx, actor: &Actor, task: &Versioned<Task>, now: Timestamp) -> Activity {
    let record = task.record();
    event(
        ctx,
        actor,
        Happening {
            kind: ActivityType::TaskDeleted,
            entity: EntityRef::Task(record.id),
            version: task.version().next(),
            message: format!("Task \"{}\" deleted", record.title.as_str()),
            meta: Meta::new(),
            at: record.updated_at.later_of(now),
            owners: [Some(record.owner), None],
        },
    )
}
