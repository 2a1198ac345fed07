//! Sessions.

use crm_app::archive::SignIn;
use crm_domain::ids::{CommitId, SessionId};
use crm_domain::session::{RefreshFingerprint, Session};
use crm_domain::timestamp::Timestamp;
use rusqlite::{Connection, Row, named_params};

use super::fields::{self, Fields, Unreadable};
use super::key;
use crate::db::Outcome;

/// One session by its id.
pub(crate) const BY_ID: &str = "SELECT id, user, fingerprint, access_version, created_at, last_used_at, \
     expires_at, address, user_agent, ended_at FROM session WHERE id = ?1";

/// One session by its refresh token's fingerprint.
pub(crate) const BY_FINGERPRINT: &str = "SELECT id, user, fingerprint, access_version, created_at, \
     last_used_at, expires_at, address, user_agent, ended_at FROM session WHERE fingerprint = ?1";

/// A user's sessions that were neither ended nor have run out.
pub(crate) const OPEN: &str = "SELECT id, user, fingerprint, access_version, created_at, last_used_at, \
     expires_at, address, user_agent, ended_at \
     FROM session INDEXED BY session_open WHERE user = ?1 AND ended_at IS NULL AND expires_at > ?2";

/// Every session.
pub(crate) const ALL: &str = "SELECT id, user, fingerprint, access_version, created_at, last_used_at, \
     expires_at, address, user_agent, ended_at FROM session";

/// Every session in the order of their ids, each with the commit that made it.
pub(crate) const ARCHIVED: &str = "SELECT id, user, fingerprint, access_version, created_at, last_used_at, \
     expires_at, address, user_agent, ended_at, commit_id FROM session INDEXED BY session_by_id ORDER BY id";

/// Reads a row of any of these.
pub(crate) fn read(row: &Row<'_>) -> Outcome<Session> {
    fields::read(row, "session", session)
}

/// Reads a row of [`ARCHIVED`].
pub(crate) fn read_archived(row: &Row<'_>) -> Outcome<SignIn> {
    fields::read(row, "session", |fields| Ok(SignIn { session: session(fields)?, commit: fields.id()? }))
}

fn session(fields: &mut Fields<'_, '_>) -> Result<Session, Unreadable> {
    Ok(Session {
        id: fields.id()?,
        user: fields.id()?,
        fingerprint: RefreshFingerprint(fields.get()?),
        access_version: fields.get()?,
        created_at: fields.time()?,
        last_used_at: fields.time()?,
        expires_at: fields.time()?,
        address: fields.get()?,
        user_agent: fields.get()?,
        ended_at: fields.time_opt()?,
    })
}

/// The sessions that ended within `?1` milliseconds before the last that ended, and when.
pub(crate) const ENDED: &str = "SELECT id, ended_at FROM session INDEXED BY session_ended \
     WHERE ended_at > (SELECT max(ended_at) FROM session INDEXED BY session_ended WHERE ended_at IS NOT NULL) - ?1";

/// Reads a row of [`ENDED`].
pub(crate) fn read_end(row: &Row<'_>) -> Outcome<(SessionId, Timestamp)> {
    fields::read(row, "session", |fields| Ok((fields.id()?, fields.time()?)))
}

/// Writes a new session.
pub(crate) fn insert(conn: &Connection, session: &Session, commit: CommitId) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "INSERT INTO session (id, commit_id, user, fingerprint, access_version, created_at, last_used_at, \
             expires_at, address, user_agent, ended_at) \
         VALUES (:id, :commit_id, :user, :fingerprint, :access_version, :created_at, :last_used_at, \
             :expires_at, :address, :user_agent, :ended_at)",
    )?
    .execute(named_params! {
        ":id": key(session.id),
        ":commit_id": key(commit),
        ":user": key(session.user),
        ":fingerprint": session.fingerprint.0,
        ":access_version": session.access_version,
        ":created_at": session.created_at.millis(),
        ":last_used_at": session.last_used_at.millis(),
        ":expires_at": session.expires_at.millis(),
        ":address": session.address,
        ":user_agent": session.user_agent,
        ":ended_at": session.ended_at.map(Timestamp::millis),
    })
}
