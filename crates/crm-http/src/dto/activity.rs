//! What happened, for the feed.

use crm_domain::activity::Activity;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::meta::MetaBody;
use crate::dto::values::{ActivityTypeWord, EntityKindWord, IdText, Instant, RoleWord};

/// One thing that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Activity)]
pub struct ActivityBody<'a> {
    /// Its id.
    pub id: IdText,
    /// The same, for clients of the Node.js backend.
    #[serde(rename = "_id")]
    pub legacy_id: IdText,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: ActivityTypeWord,
    /// Who did it.
    pub actor: ActivityActorBody<'a>,
    /// What kind of record it happened to.
    pub entity_type: EntityKindWord,
    /// The record it happened to.
    pub entity_id: IdText,
    /// What happened, for people.
    pub message: &'a str,
    /// What changed.
    pub meta: MetaBody<'a>,
    /// When.
    pub created_at: Instant,
}

/// Who did something, as they were then.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ActivityActor)]
pub struct ActivityActorBody<'a> {
    /// Their id; all zeros for the system itself.
    pub id: IdText,
    /// The same, for clients of the Node.js backend.
    #[serde(rename = "_id")]
    pub legacy_id: IdText,
    /// Their name then.
    pub name: &'a str,
    /// Their role then.
    pub role: RoleWord,
}

impl<'a> ActivityBody<'a> {
    pub(crate) fn of(event: &'a Activity) -> Self {
        Self {
            id: event.id.into(),
            legacy_id: event.id.into(),
            kind: ActivityTypeWord(event.kind),
            actor: ActivityActorBody {
                id: event.actor.id.into(),
                legacy_id: event.actor.id.into(),
                name: &event.actor.name,
                role: RoleWord(event.actor.role),
            },
            entity_type: EntityKindWord(event.entity.kind()),
            entity_id: IdText(event.entity.uuid()),
            message: &event.message,
            meta: MetaBody(&event.meta),
            created_at: Instant(event.at),
        }
    }
}
