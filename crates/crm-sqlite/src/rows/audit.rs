//! The audit log and its head.

use crm_domain::audit::chain::{AuditEntry, AuditHead, Mark, Seal};
use crm_domain::audit::{AuditActor, AuditEvent, AuditKind, Details};
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};
use serde_json::{Map, Value};

use super::fields::{self, Fields, Unreadable};
use super::{int, key};
use crate::db::Outcome;

/// One entry by its number.
pub(crate) const BY_ROW: &str = "SELECT id, sequence, at, kind, actor, actor_name, subject, session, address, \
     request_id, count, details, seal FROM audit WHERE sequence = ?1";

/// At most `?2` entries behind a number, in order.
pub(crate) const STRETCH: &str = "SELECT id, sequence, at, kind, actor, actor_name, subject, session, address, \
     request_id, count, details, seal FROM audit WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";

/// Every entry.
pub(crate) const ALL: &str = "SELECT id, sequence, at, kind, actor, actor_name, subject, session, address, \
     request_id, count, details, seal FROM audit";

/// The head.
pub(crate) const HEAD: &str = "SELECT anchor, anchor_seal, last, last_seal, seal FROM audit_head";

/// Reads a row of [`BY_ROW`] or [`STRETCH`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<AuditEntry> {
    fields::read(row, "audit entry", |fields| {
        let id = fields.id()?;
        Ok(AuditEntry {
            sequence: fields.count()?,
            event: AuditEvent {
                id,
                at: fields.time()?,
                kind: fields.parse(AuditKind::parse)?,
                actor: actor(fields)?,
                subject: fields.id_opt()?,
                session: fields.id_opt()?,
                address: fields.get()?,
                request_id: fields.get()?,
                count: fields.get()?,
                details: {
                    let text: String = fields.get()?;
                    details_of(&text).ok_or_else(|| fields.last_is("no object of texts"))?
                },
            },
            seal: Seal(fields.get()?),
        })
    })
}

fn actor(fields: &mut Fields<'_, '_>) -> Result<Option<AuditActor>, Unreadable> {
    let id = fields.id_opt()?;
    let name: Option<String> = fields.get()?;
    match (id, name) {
        (id, Some(name)) => Ok(Some(AuditActor { id, name })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(fields.last_is("missing")),
    }
}

/// Reads a row of [`HEAD`].
pub(crate) fn read_head(row: &Row<'_>) -> Outcome<AuditHead> {
    fields::read(row, "head of the audit log", |fields| {
        Ok(AuditHead {
            anchor: Mark { sequence: fields.count()?, seal: Seal(fields.get()?) },
            last: Mark { sequence: fields.count()?, seal: Seal(fields.get()?) },
            seal: Seal(fields.get()?),
        })
    })
}

/// The place of the last entry, if there is any.
pub(crate) fn newest(conn: &Connection) -> rusqlite::Result<Option<Mark>> {
    conn.prepare_cached("SELECT sequence, seal FROM audit ORDER BY sequence DESC LIMIT 1")?
        .query_row([], |row| {
            let sequence: i64 = row.get(0)?;
            Ok(Mark { sequence: u64::try_from(sequence).unwrap_or(0), seal: Seal(row.get(1)?) })
        })
        .optional()
}

/// Whether the event is in the log.
pub(crate) fn has(conn: &Connection, event: &AuditEvent) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM audit WHERE id = ?1")?.exists([key(event.id)])
}

/// Writes an entry.
pub(crate) fn insert(conn: &Connection, entry: &AuditEntry) -> rusqlite::Result<usize> {
    let event = &entry.event;
    conn.prepare_cached(
        "INSERT INTO audit (sequence, id, at, kind, actor, actor_name, subject, session, address, request_id, \
             count, details, seal) \
         VALUES (:sequence, :id, :at, :kind, :actor, :actor_name, :subject, :session, :address, :request_id, \
             :count, :details, :seal)",
    )?
    .execute(named_params! {
        ":sequence": int(entry.sequence),
        ":id": key(event.id),
        ":at": event.at.millis(),
        ":kind": event.kind.as_str(),
        ":actor": event.actor.as_ref().and_then(|actor| actor.id).map(key),
        ":actor_name": event.actor.as_ref().map(|actor| actor.name.as_str()),
        ":subject": event.subject.map(key),
        ":session": event.session.map(key),
        ":address": event.address,
        ":request_id": event.request_id,
        ":count": event.count,
        ":details": written(&event.details),
        ":seal": entry.seal.0,
    })
}

/// Puts the head in the place of the one before.
pub(crate) fn put_head(conn: &Connection, head: &AuditHead) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "INSERT INTO audit_head (one, anchor, anchor_seal, last, last_seal, seal) VALUES (1, ?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (one) DO UPDATE SET anchor = ?1, anchor_seal = ?2, last = ?3, last_seal = ?4, seal = ?5",
    )?
    .execute((
        int(head.anchor.sequence),
        head.anchor.seal.0,
        int(head.last.sequence),
        head.last.seal.0,
        head.seal.0,
    ))
}

/// Removes the entries up to this number.
pub(crate) fn prune(conn: &Connection, last: Mark) -> rusqlite::Result<usize> {
    conn.prepare_cached("DELETE FROM audit WHERE sequence <= ?1")?.execute([int(last.sequence)])
}

fn written(details: &Details) -> String {
    let members = details.iter().map(|(name, text)| (name.clone(), Value::from(text.as_str())));
    Value::Object(members.collect::<Map<_, _>>()).to_string()
}

fn details_of(text: &str) -> Option<Details> {
    let Ok(Value::Object(members)) = serde_json::from_str(text) else { return None };
    let text = |value| if let Value::String(text) = value { Some(text) } else { None };
    members.into_iter().map(|(name, value)| Some((name, text(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_come_back_and_nothing_else_is_taken_for_them() {
        let details: Details =
            [("reason", "\"quoted\" ünd\n"), ("", "")].map(|(name, text)| (name.into(), text.into())).into();
        assert_eq!(details_of(&written(&details)), Some(details));
        for text in ["", "[]", "{\"a\":1}", "{\"a\":null}", "{"] {
            assert_eq!(details_of(text), None, "{text}");
        }
    }
}
