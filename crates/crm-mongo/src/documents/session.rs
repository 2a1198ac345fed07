//! Sessions.

use bson::{Binary, DateTime};
use crm_app::archive::SignIn;
use crm_domain::ids::CommitId;
use crm_domain::session::end::{EndReason, SessionEnd};
use crm_domain::session::rotation::{Confirmation, DeviceMark, Minted, Rotation, TokenPlace};
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
    /// Left out with `ended_at`, and where it was not written down yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_because: Option<String>,
    /// Left out while no refresh token was used, as in sessions from before tokens changed with their use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rotation: Option<RotationDocument>,
}

/// Which refresh tokens are good. Always written whole, so that it can be compared whole.
#[derive(Serialize, Deserialize)]
pub(crate) struct RotationDocument {
    generation: i64,
    sibling: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed: Option<ConfirmationDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    successor: Option<MintedDocument>,
}

#[derive(Serialize, Deserialize)]
struct ConfirmationDocument {
    at: DateTime,
    by: Binary,
}

#[derive(Serialize, Deserialize)]
struct MintedDocument {
    sibling: i64,
    at: DateTime,
}

impl RotationDocument {
    /// The rotation; none as a session begins.
    pub(crate) fn new(rotation: &Rotation) -> Option<Self> {
        (*rotation != Rotation::BEGUN).then(|| Self {
            generation: i64::from(rotation.in_use.generation),
            sibling: i64::from(rotation.in_use.sibling),
            confirmed: rotation.confirmed.map(|confirmed| ConfirmationDocument {
                at: date(confirmed.at),
                by: super::bytes(&confirmed.by.0),
            }),
            successor: rotation
                .successor
                .map(|minted| MintedDocument { sibling: i64::from(minted.sibling), at: date(minted.at) }),
        })
    }

    fn read(self) -> Result<Rotation, Unreadable> {
        let number = |number: i64| {
            u32::try_from(number).map_err(|_| Unreadable::new("rotation", "a number out of range"))
        };
        let in_use = TokenPlace { generation: number(self.generation)?, sibling: number(self.sibling)? };
        let confirmed = self.confirmed.map(|confirmed| {
            let by = <[u8; 16]>::try_from(confirmed.by.bytes.as_slice());
            let by = by.map_err(|_| Unreadable::new("rotation", "a device of not 16 bytes"))?;
            Ok(Confirmation { at: fields::time("rotation", confirmed.at)?, by: DeviceMark(by) })
        });
        let successor = self.successor.map(|minted| {
            Ok(Minted { sibling: number(minted.sibling)?, at: fields::time("rotation", minted.at)? })
        });
        Ok(Rotation { in_use, confirmed: confirmed.transpose()?, successor: successor.transpose()? })
    }
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
            ended_at: session.ended.map(|end| date(end.at)),
            ended_because: session.ended.map(|end| end.why.as_str().to_owned()),
            rotation: RotationDocument::new(&session.rotation),
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
            ended: end(stored.ended_at, stored.ended_because.as_deref())?,
            rotation: stored.rotation.map_or(Ok(Rotation::BEGUN), RotationDocument::read)?,
        })
    }
}

fn end(at: Option<DateTime>, why: Option<&str>) -> Result<Option<SessionEnd>, Unreadable> {
    let Some(at) = fields::time_opt("ended_at", at)? else { return Ok(None) };
    let why = why.map_or(Some(EndReason::Ended), EndReason::parse);
    let why = why.ok_or_else(|| Unreadable::new("ended_because", "no reason there is"))?;
    Ok(Some(SessionEnd { at, why }))
}
