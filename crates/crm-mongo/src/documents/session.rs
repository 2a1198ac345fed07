//! Sessions.

use bson::{Binary, DateTime};
use crm_app::archive::SignIn;
use crm_domain::ids::CommitId;
use crm_domain::session::{RefreshFingerprint, Session};
use serde::{Deserialize, Serialize};

use super::fields::{self, Unreadable};
use super::user::access_version;
use super::{Stored, date, key};

/// A session as it is stored.
#[derive(Serialize, Deserialize)]
pub(crate) struct SessionDocument {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    /// The commit that made it: a sign-in has no event by which its repetition could be recognised.
    commit: bson::Uuid,
    user: bson::Uuid,
    fingerprint: Binary,
    access_version: i64,
    created_at: DateTime,
    last_used_at: DateTime,
    expires_at: DateTime,
    address: Option<String>,
    user_agent: Option<String>,
    /// Left out while it lasts, so that an index can hold the others only.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime>,
}

impl SessionDocument {
    /// The session, made by this commit.
    pub(crate) fn new(session: &Session, commit: CommitId) -> Self {
        Self {
            id: key(session.id),
            commit: key(commit),
            user: key(session.user),
            fingerprint: fingerprint(&session.fingerprint),
            access_version: i64::from(session.access_version),
            created_at: date(session.created_at),
            last_used_at: date(session.last_used_at),
            expires_at: date(session.expires_at),
            address: session.address.clone(),
            user_agent: session.user_agent.clone(),
            ended_at: session.ended_at.map(date),
        }
    }
}

/// A fingerprint as a document holds it.
pub(crate) fn fingerprint(fingerprint: &RefreshFingerprint) -> Binary {
    super::bytes(&fingerprint.0)
}

impl Stored for SignIn {
    type Document = SessionDocument;
    const COLLECTION: &'static str = Session::COLLECTION;
    const WHAT: &'static str = Session::WHAT;

    fn of(stored: SessionDocument) -> Result<Self, Unreadable> {
        let commit = fields::id(stored.commit);
        Ok(Self { session: Session::of(stored)?, commit })
    }
}

impl Stored for Session {
    type Document = SessionDocument;
    const COLLECTION: &'static str = "sessions";
    const WHAT: &'static str = "session";

    fn of(stored: SessionDocument) -> Result<Self, Unreadable> {
        let fingerprint = <[u8; 32]>::try_from(stored.fingerprint.bytes.as_slice());
        let fingerprint = fingerprint.map_err(|_| Unreadable::new("fingerprint", "not 32 bytes"))?;
        Ok(Self {
            id: fields::id(stored.id),
            user: fields::id(stored.user),
            fingerprint: RefreshFingerprint(fingerprint),
            access_version: access_version(stored.access_version)?,
            created_at: fields::time("created_at", stored.created_at)?,
            last_used_at: fields::time("last_used_at", stored.last_used_at)?,
            expires_at: fields::time("expires_at", stored.expires_at)?,
            address: stored.address,
            user_agent: stored.user_agent,
            ended_at: fields::time_opt("ended_at", stored.ended_at)?,
        })
    }
}
