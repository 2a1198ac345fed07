//! Answers kept for requests that may be repeated.

use bson::{Binary, DateTime};
use crm_app::commit::replay::{Replay, ReplayKey};
use serde::{Deserialize, Serialize};

use super::fields::{self, Unreadable};
use super::{Stored, bytes, date, key};

/// An answer as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReplayDocument {
    #[serde(rename = "_id")]
    id: ReplayId,
    body_hash: Binary,
    status: i32,
    body: Binary,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    expires_at: DateTime,
}

/// What an answer is stored under. Its fields are compared in this order.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReplayId {
    user: bson::Uuid,
    target: String,
    key: String,
}

impl ReplayId {
    /// What the answer to this request is stored under.
    pub(crate) fn of(asked: &ReplayKey) -> Self {
        Self { user: key(asked.user), target: asked.target.clone(), key: asked.key.clone() }
    }
}

impl ReplayDocument {
    /// The answer.
    pub(crate) fn new(answer: &Replay) -> Self {
        Self {
            id: ReplayId::of(&answer.key),
            body_hash: bytes(&answer.body_hash),
            status: i32::from(answer.status),
            body: bytes(&answer.body),
            etag: answer.etag.clone(),
            location: answer.location.clone(),
            expires_at: date(answer.expires_at),
        }
    }
}

impl Stored for Replay {
    type Document = ReplayDocument;
    const COLLECTION: &'static str = "replays";
    const WHAT: &'static str = "kept answer";

    fn of(stored: ReplayDocument) -> Result<Self, Unreadable> {
        let id = stored.id;
        let body_hash = <[u8; 32]>::try_from(stored.body_hash.bytes.as_slice());
        Ok(Self {
            key: ReplayKey { user: fields::id(id.user), target: id.target, key: id.key },
            body_hash: body_hash.map_err(|_| Unreadable::new("body_hash", "not 32 bytes"))?,
            status: u16::try_from(stored.status).map_err(|_| Unreadable::new("status", "out of range"))?,
            body: stored.body.bytes,
            etag: stored.etag,
            location: stored.location,
            expires_at: fields::time("expires_at", stored.expires_at)?,
        })
    }
}
