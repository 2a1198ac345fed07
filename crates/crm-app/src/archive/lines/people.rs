//! Users, their sessions and hand-overs, and the workspace.

use crm_domain::access::role::Role;
use crm_domain::calendar::Calendar;
use crm_domain::flaw::Flaw;
use crm_domain::password_hash::PasswordHash;
use crm_domain::session::end::{EndReason, SessionEnd};
use crm_domain::session::rotation::{Confirmation, DeviceMark, Minted, Rotation, TokenPlace};
use crm_domain::session::{RefreshFingerprint, Session};
use crm_domain::transfer::{Moved, Transfer};
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::version::{Version, Versioned};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::fields::{Read, base64, hash, id, parse, time, time_opt};
use crate::archive::SignIn;
use crate::ports::workspace::Workspace;

/// What holds for the whole store.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkspaceLine {
    zone: String,
    set_up: bool,
}

impl WorkspaceLine {
    pub(super) fn of(workspace: Workspace) -> Self {
        Self { zone: workspace.calendar.zone_name().to_owned(), set_up: workspace.set_up }
    }

    pub(super) fn read(self) -> Read<Workspace> {
        // A setup token is the servers' own, and does not travel.
        let calendar = parse("zone", &self.zone, Calendar::parse)?;
        Ok(Workspace { calendar, set_up: self.set_up, setup_token: None })
    }
}

/// A user.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserLine {
    id: String,
    version: u64,
    name: String,
    email: String,
    role: String,
    active: bool,
    password: String,
    access_version: u32,
    spared: Option<String>,
    created_at: String,
    updated_at: String,
}

impl UserLine {
    pub(super) fn of(user: &Versioned<User>) -> Self {
        let (user, version) = (user.record(), user.version());
        Self {
            id: user.id.to_string(),
            version: version.number(),
            name: user.name.as_str().to_owned(),
            email: user.email.as_str().to_owned(),
            role: user.role.as_str().to_owned(),
            active: user.active,
            password: user.password.expose().to_owned(),
            access_version: user.access_version,
            spared: user.spared.map(|session| session.to_string()),
            created_at: user.created_at.to_string(),
            updated_at: user.updated_at.to_string(),
        }
    }

    pub(super) fn read(self) -> Read<Versioned<User>> {
        let user = User {
            id: id("id", &self.id)?,
            name: parse("name", &self.name, PersonName::parse)?,
            email: parse("email", &self.email, Email::parse)?,
            role: parse("role", &self.role, Role::parse)?,
            active: self.active,
            password: PasswordHash::new(self.password),
            access_version: self.access_version,
            spared: self.spared.map(|session| id("spared", &session)).transpose()?,
            created_at: time("created_at", &self.created_at)?,
            updated_at: time("updated_at", &self.updated_at)?,
        };
        Ok(Versioned::stored(user, Version::new(self.version)))
    }
}

/// A session.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionLine {
    id: String,
    commit: String,
    user: String,
    fingerprint: String,
    access_version: u32,
    created_at: String,
    last_used_at: String,
    expires_at: String,
    address: Option<String>,
    user_agent: Option<String>,
    ended_at: Option<String>,
    #[serde(default)]
    ended_because: Option<String>,
    #[serde(default)]
    rotation: RotationLine,
}

/// Which refresh tokens are good; left out by archives from before they changed with their use.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RotationLine {
    generation: u32,
    sibling: u32,
    confirmed_at: Option<String>,
    confirmed_by: Option<String>,
    successor: Option<u32>,
    minted_at: Option<String>,
}

impl RotationLine {
    fn of(rotation: &Rotation) -> Self {
        Self {
            generation: rotation.in_use.generation,
            sibling: rotation.in_use.sibling,
            confirmed_at: rotation.confirmed.map(|confirmed| confirmed.at.to_string()),
            confirmed_by: rotation.confirmed.map(|confirmed| Uuid::from_bytes(confirmed.by.0).to_string()),
            successor: rotation.successor.map(|minted| minted.sibling),
            minted_at: rotation.successor.map(|minted| minted.at.to_string()),
        }
    }

    fn read(&self) -> Read<Rotation> {
        let confirmed_at = time_opt("confirmed_at", self.confirmed_at.as_deref())?;
        let confirmed = match (confirmed_at, &self.confirmed_by) {
            (Some(at), Some(by)) => {
                let by = parse("confirmed_by", by, mark)?;
                Some(Confirmation { at, by })
            }
            (Some(_) | None, None) | (None, Some(_)) => None,
        };
        let minted_at = time_opt("minted_at", self.minted_at.as_deref())?;
        let successor = self.successor.zip(minted_at).map(|(sibling, at)| Minted { sibling, at });
        let in_use = TokenPlace { generation: self.generation, sibling: self.sibling };
        Ok(Rotation { in_use, confirmed, successor })
    }
}

fn mark(text: &str) -> Result<DeviceMark, Flaw> {
    let uuid =
        Uuid::try_parse(text).map_err(|_| Flaw::new("invalid", "must be 16 bytes, written as a UUID"))?;
    Ok(DeviceMark(uuid.into_bytes()))
}

fn reason(text: &str) -> Result<EndReason, Flaw> {
    EndReason::parse(text).ok_or_else(|| Flaw::new("invalid", "must be a reason for the end of a session"))
}

impl SessionLine {
    pub(super) fn of(sign_in: &SignIn) -> Self {
        let session = &sign_in.session;
        Self {
            id: session.id.to_string(),
            commit: sign_in.commit.to_string(),
            user: session.user.to_string(),
            fingerprint: base64(&session.fingerprint.0),
            access_version: session.access_version,
            created_at: session.created_at.to_string(),
            last_used_at: session.last_used_at.to_string(),
            expires_at: session.expires_at.to_string(),
            address: session.address.clone(),
            user_agent: session.user_agent.clone(),
            ended_at: session.ended.map(|end| end.at.to_string()),
            ended_because: session.ended.map(|end| end.why.as_str().to_owned()),
            rotation: RotationLine::of(&session.rotation),
        }
    }

    pub(super) fn read(self) -> Read<SignIn> {
        let session = Session {
            id: id("id", &self.id)?,
            user: id("user", &self.user)?,
            fingerprint: RefreshFingerprint(hash("fingerprint", &self.fingerprint)?),
            access_version: self.access_version,
            created_at: time("created_at", &self.created_at)?,
            last_used_at: time("last_used_at", &self.last_used_at)?,
            expires_at: time("expires_at", &self.expires_at)?,
            address: self.address,
            user_agent: self.user_agent,
            ended: match time_opt("ended_at", self.ended_at.as_deref())? {
                Some(at) => {
                    let why = self.ended_because.as_deref().unwrap_or(EndReason::Ended.as_str());
                    Some(SessionEnd { at, why: parse("ended_because", why, reason)? })
                }
                None => None,
            },
            rotation: self.rotation.read()?,
        };
        Ok(SignIn { session, commit: id("commit", &self.commit)? })
    }
}

/// A hand-over.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferLine {
    from: String,
    to: String,
    by: String,
    begun_at: String,
    leads: u64,
    customers: u64,
    tasks: u64,
    finished_at: Option<String>,
}

impl TransferLine {
    pub(super) fn of(transfer: &Transfer) -> Self {
        Self {
            from: transfer.from.to_string(),
            to: transfer.to.to_string(),
            by: transfer.by.to_string(),
            begun_at: transfer.begun_at.to_string(),
            leads: transfer.moved.leads,
            customers: transfer.moved.customers,
            tasks: transfer.moved.tasks,
            finished_at: transfer.finished_at.map(|at| at.to_string()),
        }
    }

    pub(super) fn read(self) -> Read<Transfer> {
        Ok(Transfer {
            from: id("from", &self.from)?,
            to: id("to", &self.to)?,
            by: id("by", &self.by)?,
            begun_at: time("begun_at", &self.begun_at)?,
            moved: Moved { leads: self.leads, customers: self.customers, tasks: self.tasks },
            finished_at: time_opt("finished_at", self.finished_at.as_deref())?,
        })
    }
}
