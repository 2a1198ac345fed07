//! What happened, and answers that are kept.

use crm_domain::access::role::Role;
use crm_domain::activity::{Activity, ActivityActor, ActivityType, EntityKind, EntityRef};
use crm_domain::meta::{FieldChange, Meta, MetaValue};
use crm_domain::version::Version;
use serde::{Deserialize, Serialize};

use super::fields::{Read, base64, bytes, hash, id, parse, time, uuid};
use crate::archive::Event;
use crate::commit::replay::{Replay, ReplayKey};

/// An event.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine {
    id: String,
    commit: String,
    ordinal: u32,
    #[serde(rename = "type")]
    kind: String,
    actor: String,
    actor_name: String,
    actor_role: String,
    entity: String,
    entity_id: String,
    entity_version: u64,
    message: String,
    /// Field, before, after.
    meta: Vec<(String, ValueLine, ValueLine)>,
    at: String,
    audience: Vec<String>,
}

/// A value as JSON has it, which tells all of them apart.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ValueLine {
    Nothing(()),
    Flag(bool),
    Number(u64),
    Text(String),
    Texts(Vec<String>),
}

impl EventLine {
    pub(super) fn of(event: &Event) -> Self {
        let activity = &event.activity;
        let change = |change: &FieldChange| (change.field.clone(), value(&change.from), value(&change.to));
        Self {
            id: activity.id.to_string(),
            commit: event.commit.to_string(),
            ordinal: event.ordinal,
            kind: activity.kind.as_str().to_owned(),
            actor: activity.actor.id.to_string(),
            actor_name: activity.actor.name.clone(),
            actor_role: activity.actor.role.as_str().to_owned(),
            entity: activity.entity.kind().as_str().to_owned(),
            entity_id: activity.entity.uuid().to_string(),
            entity_version: activity.entity_version.number(),
            message: activity.message.clone(),
            meta: activity.meta.changes().iter().map(change).collect(),
            at: activity.at.to_string(),
            audience: activity.audience.iter().map(ToString::to_string).collect(),
        }
    }

    pub(super) fn read(self) -> Read<Event> {
        let change = |(field, from, to): (String, ValueLine, ValueLine)| FieldChange {
            field,
            from: meta_value(from),
            to: meta_value(to),
        };
        let kind = parse("entity", &self.entity, EntityKind::parse)?;
        let activity = Activity {
            id: id("id", &self.id)?,
            kind: parse("type", &self.kind, ActivityType::parse)?,
            actor: ActivityActor {
                id: id("actor", &self.actor)?,
                name: self.actor_name,
                role: parse("actor_role", &self.actor_role, Role::parse)?,
            },
            entity: EntityRef::of(kind, uuid("entity_id", &self.entity_id)?),
            entity_version: Version::new(self.entity_version),
            message: self.message,
            meta: Meta::stored(self.meta.into_iter().map(change).collect()),
            at: time("at", &self.at)?,
            audience: self.audience.iter().map(|user| id("audience", user)).collect::<Read<_>>()?,
        };
        Ok(Event { activity, commit: id("commit", &self.commit)?, ordinal: self.ordinal })
    }
}

fn value(value: &MetaValue) -> ValueLine {
    match value {
        MetaValue::Nothing => ValueLine::Nothing(()),
        MetaValue::Flag(flag) => ValueLine::Flag(*flag),
        MetaValue::Number(number) => ValueLine::Number(*number),
        MetaValue::Text(text) => ValueLine::Text(text.clone()),
        MetaValue::Texts(texts) => ValueLine::Texts(texts.clone()),
    }
}

fn meta_value(value: ValueLine) -> MetaValue {
    match value {
        ValueLine::Nothing(()) => MetaValue::Nothing,
        ValueLine::Flag(flag) => MetaValue::Flag(flag),
        ValueLine::Number(number) => MetaValue::Number(number),
        ValueLine::Text(text) => MetaValue::Text(text),
        ValueLine::Texts(texts) => MetaValue::Texts(texts),
    }
}

/// An answer that is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplayLine {
    user: String,
    target: String,
    key: String,
    body_hash: String,
    status: u16,
    body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    expires_at: String,
}

impl ReplayLine {
    pub(super) fn of(replay: &Replay) -> Self {
        Self {
            user: replay.key.user.to_string(),
            target: replay.key.target.clone(),
            key: replay.key.key.clone(),
            body_hash: base64(&replay.body_hash),
            status: replay.status,
            body: base64(&replay.body),
            etag: replay.etag.clone(),
            location: replay.location.clone(),
            expires_at: replay.expires_at.to_string(),
        }
    }

    pub(super) fn read(self) -> Read<Replay> {
        Ok(Replay {
            key: ReplayKey { user: id("user", &self.user)?, target: self.target, key: self.key },
            body_hash: hash("body_hash", &self.body_hash)?,
            status: self.status,
            body: bytes("body", &self.body)?,
            etag: self.etag,
            location: self.location,
            expires_at: time("expires_at", &self.expires_at)?,
        })
    }
}
