//! The audit log and its head.

use std::collections::BTreeMap;

use bson::{Binary, DateTime};
use crm_domain::audit::chain::{AuditEntry, AuditHead, Mark, Seal};
use crm_domain::audit::{AuditActor, AuditEvent, AuditKind};
use serde::{Deserialize, Serialize};

use super::fields::{self, Unreadable};
use super::{Stored, bytes, date, int, key};

/// An entry as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AuditDocument {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    sequence: i64,
    at: DateTime,
    kind: String,
    actor: Option<bson::Uuid>,
    /// Null with `actor` if nobody is known who did it.
    actor_name: Option<String>,
    subject: Option<bson::Uuid>,
    session: Option<bson::Uuid>,
    address: Option<String>,
    request_id: Option<String>,
    count: i64,
    details: BTreeMap<String, String>,
    seal: Binary,
}

/// The head as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HeadDocument {
    #[serde(rename = "_id")]
    one: i32,
    anchor: i64,
    anchor_seal: Binary,
    last: i64,
    last_seal: Binary,
    seal: Binary,
}

impl AuditDocument {
    /// The entry.
    pub(crate) fn new(entry: &AuditEntry) -> Self {
        let event = &entry.event;
        Self {
            id: key(event.id),
            sequence: int(entry.sequence),
            at: date(event.at),
            kind: event.kind.as_str().to_owned(),
            actor: event.actor.as_ref().and_then(|actor| actor.id).map(key),
            actor_name: event.actor.as_ref().map(|actor| actor.name.clone()),
            subject: event.subject.map(key),
            session: event.session.map(key),
            address: event.address.clone(),
            request_id: event.request_id.clone(),
            count: i64::from(event.count),
            details: event.details.clone(),
            seal: bytes(&entry.seal.0),
        }
    }
}

impl HeadDocument {
    /// The head.
    pub(crate) fn new(head: &AuditHead) -> Self {
        Self {
            one: 1,
            anchor: int(head.anchor.sequence),
            anchor_seal: bytes(&head.anchor.seal.0),
            last: int(head.last.sequence),
            last_seal: bytes(&head.last.seal.0),
            seal: bytes(&head.seal.0),
        }
    }
}

impl Stored for AuditEntry {
    type Document = AuditDocument;
    const COLLECTION: &'static str = "audits";
    const WHAT: &'static str = "audit entry";

    fn of(stored: AuditDocument) -> Result<Self, Unreadable> {
        let actor = match (stored.actor, stored.actor_name) {
            (id, Some(name)) => Some(AuditActor { id: id.map(fields::id), name }),
            (None, None) => None,
            (Some(_), None) => return Err(Unreadable::new("actor_name", "missing")),
        };
        let count = u32::try_from(stored.count).map_err(|_| Unreadable::new("count", "out of range"))?;
        Ok(Self {
            sequence: fields::count("sequence", stored.sequence)?,
            event: AuditEvent {
                id: fields::id(stored.id),
                at: fields::time("at", stored.at)?,
                kind: fields::parse("kind", &stored.kind, AuditKind::parse)?,
                actor,
                subject: stored.subject.map(fields::id),
                session: stored.session.map(fields::id),
                address: stored.address,
                request_id: stored.request_id,
                count,
                details: stored.details,
            },
            seal: seal("seal", &stored.seal)?,
        })
    }
}

impl Stored for AuditHead {
    type Document = HeadDocument;
    const COLLECTION: &'static str = "audit_head";
    const WHAT: &'static str = "head of the audit log";

    fn of(stored: HeadDocument) -> Result<Self, Unreadable> {
        let mark = |sequence, field, code: &Binary| -> Result<Mark, Unreadable> {
            Ok(Mark { sequence: fields::count("sequence", sequence)?, seal: seal(field, code)? })
        };
        Ok(Self {
            anchor: mark(stored.anchor, "anchor_seal", &stored.anchor_seal)?,
            last: mark(stored.last, "last_seal", &stored.last_seal)?,
            seal: seal("seal", &stored.seal)?,
        })
    }
}

fn seal(field: &'static str, stored: &Binary) -> Result<Seal, Unreadable> {
    let code = <[u8; 32]>::try_from(stored.bytes.as_slice());
    code.map(Seal).map_err(|_| Unreadable::new(field, "not 32 bytes"))
}
