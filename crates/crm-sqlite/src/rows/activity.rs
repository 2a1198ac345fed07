//! Events.

use crm_app::archive::Event;
use crm_domain::activity::{Activity, ActivityActor, ActivityType, EntityRef, HistoryEntry};
use crm_domain::ids::{CommitId, UserId};
use crm_domain::meta::Meta;
use rusqlite::{Connection, Row, named_params};
use uuid::Uuid;

use super::fields::{self, Fields, Unreadable};
use super::{codes, key, meta, version};
use crate::db::Outcome;

/// One event by its row number.
pub(crate) const BY_ROW: &str = "SELECT id, kind, actor, actor_name, actor_role, entity_kind, entity_id, \
     entity_version, message, meta, at, audience FROM activity WHERE n = ?1";

/// A lead's latest events; the index holds all that is read of them.
pub(crate) const HISTORY: &str = "SELECT id, entity_version, kind, actor, actor_name, meta, at \
     FROM activity INDEXED BY activity_of_lead WHERE entity_kind = 0 AND entity_id = ?1 \
     ORDER BY entity_version DESC LIMIT ?2";

/// Every event.
pub(crate) const ALL: &str = "SELECT id, kind, actor, actor_name, actor_role, entity_kind, entity_id, \
     entity_version, message, meta, at, audience FROM activity";

/// Every event in the order of their ids, each with its commit and its place in it.
pub(crate) const ARCHIVED: &str = "SELECT id, kind, actor, actor_name, actor_role, entity_kind, entity_id, \
     entity_version, message, meta, at, audience, commit_id, ordinal \
     FROM activity INDEXED BY activity_by_id ORDER BY id";

/// Reads a row of [`HISTORY`].
pub(crate) fn read_entry(row: &Row<'_>) -> Outcome<HistoryEntry> {
    fields::read(row, "activity", |fields| {
        fields.skip();
        Ok(HistoryEntry {
            version: fields.version()?,
            kind: fields.parse(ActivityType::parse)?,
            actor: fields.id()?,
            actor_name: fields.get()?,
            meta: changes(fields)?,
            at: fields.time()?,
        })
    })
}

/// Reads a row of [`BY_ROW`] or [`ALL`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<Activity> {
    fields::read(row, "activity", activity)
}

/// Reads a row of [`ARCHIVED`].
pub(crate) fn read_archived(row: &Row<'_>) -> Outcome<Event> {
    fields::read(row, "activity", |fields| {
        Ok(Event { activity: activity(fields)?, commit: fields.id()?, ordinal: fields.get()? })
    })
}

fn activity(fields: &mut Fields<'_, '_>) -> Result<Activity, Unreadable> {
    Ok(Activity {
        id: fields.id()?,
        kind: fields.parse(ActivityType::parse)?,
        actor: ActivityActor { id: fields.id()?, name: fields.get()?, role: fields.code(codes::role_of)? },
        entity: EntityRef::of(fields.code(codes::entity_kind_of)?, Uuid::from_bytes(fields.get()?)),
        entity_version: fields.version()?,
        message: fields.get()?,
        meta: changes(fields)?,
        at: fields.time()?,
        audience: audience(fields)?,
    })
}

fn changes(fields: &mut Fields<'_, '_>) -> Result<Meta, Unreadable> {
    fields.with_text(|text| meta::read(text).ok_or("no list of changes"))
}

fn audience(fields: &mut Fields<'_, '_>) -> Result<Vec<UserId>, Unreadable> {
    let bytes: Vec<u8> = fields.get()?;
    let (ids, rest) = bytes.as_chunks::<16>();
    if rest.is_empty() {
        Ok(ids.iter().map(|id| UserId::from_uuid(Uuid::from_bytes(*id))).collect())
    } else {
        Err(fields.last_is("no list of ids"))
    }
}

/// Writes an event and who may see it.
pub(crate) fn insert(
    conn: &Connection,
    event: &Activity,
    commit: CommitId,
    ordinal: usize,
) -> rusqlite::Result<()> {
    let n = conn
        .prepare_cached(
            "INSERT INTO activity (id, commit_id, ordinal, kind, actor, actor_name, actor_role, entity_kind, \
                 entity_id, entity_version, message, meta, at, audience) \
             VALUES (:id, :commit_id, :ordinal, :kind, :actor, :actor_name, :actor_role, :entity_kind, \
                 :entity_id, :entity_version, :message, :meta, :at, :audience)",
        )?
        .insert(named_params! {
            ":id": key(event.id),
            ":commit_id": key(commit),
            ":ordinal": i64::try_from(ordinal).unwrap_or(i64::MAX),
            ":kind": event.kind.as_str(),
            ":actor": key(event.actor.id),
            ":actor_name": event.actor.name,
            ":actor_role": codes::role(event.actor.role),
            ":entity_kind": codes::entity_kind(event.entity.kind()),
            ":entity_id": event.entity.uuid().into_bytes(),
            ":entity_version": version(event.entity_version),
            ":message": event.message,
            ":meta": meta::write(&event.meta),
            ":at": event.at.millis(),
            ":audience": event.audience.iter().flat_map(|user| key(*user)).collect::<Vec<u8>>(),
        })?;
    let mut seen_by = conn
        .prepare_cached("INSERT INTO activity_audience (user, at, id, activity) VALUES (?1, ?2, ?3, ?4)")?;
    for user in &event.audience {
        seen_by.execute((key(*user), event.at.millis(), key(event.id), n))?;
    }
    Ok(())
}
