//! What the audit log holds.

use crm_domain::audit::Details;
use crm_domain::audit::chain::AuditEntry;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::values::{AuditKindWord, IdText, Instant};

/// One entry of the audit log.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub struct AuditEntryBody<'a> {
    /// Its id.
    pub id: IdText,
    /// Its number in the log: one more than that of the entry before.
    pub sequence: u64,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: AuditKindWord,
    /// When; the first time, if `count` is more than 1.
    pub at: Instant,
    /// Who did it; `null` if that is not known.
    #[schema(required)]
    pub actor: Option<AuditActorBody<'a>>,
    /// The id of the account that it is about.
    #[schema(required)]
    pub user: Option<IdText>,
    /// The id of the session that it is about.
    #[schema(required)]
    pub session: Option<IdText>,
    /// The address that the request came from.
    #[schema(required)]
    pub address: Option<&'a str>,
    /// The request's id.
    #[schema(required)]
    pub request_id: Option<&'a str>,
    /// How many that were alike it stands for.
    #[schema(minimum = 1)]
    pub count: u32,
    /// What else is known.
    pub details: &'a Details,
    /// What holds it in its place: 64 hexadecimal digits. Noted elsewhere with `sequence`, it can be held against the
    /// log later: `crm-server audit verify --noted SEQUENCE:SEAL`.
    pub seal: String,
}

/// Who did something, as they were then.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AuditActor)]
pub struct AuditActorBody<'a> {
    /// Their id; `null` for the system itself.
    #[schema(required)]
    pub id: Option<IdText>,
    /// Their name then, or why the system did it.
    pub name: &'a str,
}

impl<'a> AuditEntryBody<'a> {
    pub(crate) fn of(entry: &'a AuditEntry) -> Self {
        let event = &entry.event;
        Self {
            id: event.id.into(),
            sequence: entry.sequence,
            kind: AuditKindWord(event.kind),
            at: Instant(event.at),
            actor: event
                .actor
                .as_ref()
                .map(|actor| AuditActorBody { id: actor.id.map(IdText::from), name: &actor.name }),
            user: event.subject.map(IdText::from),
            session: event.session.map(IdText::from),
            address: event.address.as_deref(),
            request_id: event.request_id.as_deref(),
            count: event.count,
            details: &event.details,
            seal: entry.seal.to_string(),
        }
    }
}
