//! Events.

use bson::DateTime;
use crm_app::archive::Event;
use crm_domain::access::role::Role;
use crm_domain::activity::{Activity, ActivityActor, ActivityType, EntityKind, EntityRef};
use crm_domain::ids::CommitId;
use serde::{Deserialize, Serialize};

use super::fields::{self, Unreadable};
use super::meta::{self, ChangeDocument};
use super::{Stored, date, key, version};

/// An event as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ActivityDocument {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    commit: bson::Uuid,
    /// Which of its commit's events it is, from 0.
    ordinal: i64,
    kind: String,
    actor: ActorDocument,
    entity_kind: String,
    entity_id: bson::Uuid,
    entity_version: i64,
    message: String,
    meta: Vec<ChangeDocument>,
    at: DateTime,
    audience: Vec<bson::Uuid>,
}

/// Who caused an event, as they were then.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ActorDocument {
    id: bson::Uuid,
    name: String,
    role: String,
}

impl ActivityDocument {
    /// The event, which is this one of its commit's.
    pub(crate) fn new(event: &Activity, commit: CommitId, ordinal: usize) -> Self {
        Self {
            id: key(event.id),
            commit: key(commit),
            ordinal: i64::try_from(ordinal).unwrap_or(i64::MAX),
            kind: event.kind.as_str().to_owned(),
            actor: ActorDocument {
                id: key(event.actor.id),
                name: event.actor.name.clone(),
                role: event.actor.role.as_str().to_owned(),
            },
            entity_kind: event.entity.kind().as_str().to_owned(),
            entity_id: super::uuid(event.entity.uuid()),
            entity_version: version(event.entity_version),
            message: event.message.clone(),
            meta: meta::write(&event.meta),
            at: date(event.at),
            audience: event.audience.iter().map(|user| key(*user)).collect(),
        }
    }
}

impl Stored for Event {
    type Document = ActivityDocument;
    const COLLECTION: &'static str = Activity::COLLECTION;
    const WHAT: &'static str = Activity::WHAT;

    fn of(stored: ActivityDocument) -> Result<Self, Unreadable> {
        let ordinal = u32::try_from(stored.ordinal);
        let ordinal = ordinal.map_err(|_| Unreadable::new("ordinal", "out of range"))?;
        let commit = fields::id(stored.commit);
        Ok(Self { activity: Activity::of(stored)?, commit, ordinal })
    }
}

impl Stored for Activity {
    type Document = ActivityDocument;
    const COLLECTION: &'static str = "activities";
    const WHAT: &'static str = "activity";

    fn of(stored: ActivityDocument) -> Result<Self, Unreadable> {
        let kind = fields::parse("entity_kind", &stored.entity_kind, EntityKind::parse)?;
        Ok(Self {
            id: fields::id(stored.id),
            kind: fields::parse("kind", &stored.kind, ActivityType::parse)?,
            actor: ActivityActor {
                id: fields::id(stored.actor.id),
                name: stored.actor.name,
                role: fields::parse("actor.role", &stored.actor.role, Role::parse)?,
            },
            entity: EntityRef::of(kind, uuid::Uuid::from_bytes(stored.entity_id.bytes())),
            entity_version: fields::version(stored.entity_version)?,
            message: stored.message,
            meta: meta::read(stored.meta)?,
            at: fields::time("at", stored.at)?,
            audience: stored.audience.into_iter().map(fields::id).collect(),
        })
    }
}
