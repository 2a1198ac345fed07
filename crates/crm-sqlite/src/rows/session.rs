//! Sessions.

use crm_app::archive::SignIn;
use crm_domain::ids::{CommitId, SessionId};
use crm_domain::session::end::SessionEnd;
use crm_domain::session::rotation::{Confirmation, DeviceMark, Minted, Rotation, TokenPlace};
use crm_domain::session::{RefreshFingerprint, Session};
use crm_domain::timestamp::Timestamp;
use rusqlite::{Connection, Row, named_params};

use super::fields::{self, Fields, Unreadable};
use super::{codes, key};
use crate::db::Outcome;

/// The columns that [`read`] reads, in order.
macro_rules! select {
    ($rest:literal) => {
        select!("", $rest)
    };
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT id, user, fingerprint, access_version, created_at, last_used_at, expires_at, address, \
             user_agent, ended_at, ended_because, generation, sibling, confirmed_at, confirmed_by, \
             successor, minted_at",
            $more,
            " FROM session",
            $rest
        )
    };
}

/// One session by its id.
pub(crate) const BY_ID: &str = select!(" WHERE id = ?1");

/// One session by the fingerprint of its first refresh token.
pub(crate) const BY_FINGERPRINT: &str = select!(" WHERE fingerprint = ?1");

/// A user's sessions of their access version that were neither ended nor have run out.
pub(crate) const OPEN: &str = select!(
    " INDEXED BY session_open WHERE user = ?1 AND ended_at IS NULL AND expires_at > ?2 \
     AND access_version = (SELECT access_version FROM user WHERE id = ?1)"
);

/// The session that a user retained, if it is of an earlier access version and was neither ended nor has run out.
pub(crate) const RETAINED: &str = select!(
    " INDEXED BY session_by_id WHERE id = (SELECT spared FROM user WHERE id = ?1) AND user = ?1 \
     AND ended_at IS NULL AND expires_at > ?2 AND access_version <> (SELECT access_version FROM user WHERE id = ?1)"
);

/// At most `?2` sessions that had run out by a moment.
pub(crate) const RUN_OUT: &str =
    "SELECT id FROM session INDEXED BY session_by_expiry WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";

/// At most `?2` sessions that were ended by a moment and had not run out by then.
pub(crate) const ENDED: &str = "SELECT id FROM session INDEXED BY session_ended \
     WHERE ended_at <= ?1 AND expires_at > ?1 ORDER BY ended_at LIMIT ?2";

/// Reads a row of [`RUN_OUT`] or [`ENDED`].
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method's path fits one lifetime only")]
pub(crate) fn read_id(row: &Row<'_>) -> Outcome<SessionId> {
    fields::read(row, "session", |fields| fields.id())
}

/// Every session.
pub(crate) const ALL: &str = select!("");

/// Every session in the order of their ids, each with the commit that made it.
pub(crate) const ARCHIVED: &str = select!(", commit_id", " INDEXED BY session_by_id ORDER BY id");

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
        ended: end(fields)?,
        rotation: rotation(fields)?,
    })
}

fn end(fields: &mut Fields<'_, '_>) -> Result<Option<SessionEnd>, Unreadable> {
    let at = fields.time_opt()?;
    let why: Option<i64> = fields.get()?;
    match (at, why) {
        (None, None) => Ok(None),
        (Some(at), Some(why)) => {
            let why =
                codes::end_reason_of(why).ok_or_else(|| fields.last_is("a number that means nothing"))?;
            Ok(Some(SessionEnd { at, why }))
        }
        (Some(_), None) | (None, Some(_)) => Err(fields.last_is("a moment without a reason, or the reverse")),
    }
}

fn rotation(fields: &mut Fields<'_, '_>) -> Result<Rotation, Unreadable> {
    let in_use = TokenPlace { generation: fields.get()?, sibling: fields.get()? };
    let confirmed = match (fields.time_opt()?, fields.get()?) {
        (Some(at), Some(by)) => Some(Confirmation { at, by: DeviceMark(by) }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            return Err(fields.last_is("a moment without a device, or the reverse"));
        }
    };
    let successor = match (fields.get()?, fields.time_opt()?) {
        (Some(sibling), Some(at)) => Some(Minted { sibling, at }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            return Err(fields.last_is("a moment without a number, or the reverse"));
        }
    };
    Ok(Rotation { in_use, confirmed, successor })
}

/// Writes a new session.
pub(crate) fn insert(conn: &Connection, session: &Session, commit: CommitId) -> rusqlite::Result<usize> {
    let Rotation { in_use, confirmed, successor } = session.rotation;
    conn.prepare_cached(
        "INSERT INTO session (id, commit_id, user, fingerprint, access_version, created_at, last_used_at, \
             expires_at, address, user_agent, ended_at, ended_because, generation, sibling, confirmed_at, \
             confirmed_by, successor, minted_at) \
         VALUES (:id, :commit_id, :user, :fingerprint, :access_version, :created_at, :last_used_at, \
             :expires_at, :address, :user_agent, :ended_at, :ended_because, :generation, :sibling, \
             :confirmed_at, :confirmed_by, :successor, :minted_at)",
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
        ":ended_at": session.ended.map(|end| end.at.millis()),
        ":ended_because": session.ended.map(|end| codes::end_reason(end.why)),
        ":generation": in_use.generation,
        ":sibling": in_use.sibling,
        ":confirmed_at": confirmed.map(|confirmed| confirmed.at.millis()),
        ":confirmed_by": confirmed.map(|confirmed| confirmed.by.0),
        ":successor": successor.map(|minted| minted.sibling),
        ":minted_at": successor.map(|minted| minted.at.millis()),
    })
}

/// Puts a rotation in the place of the one that was read, if the session is open. A rotation is told from any other of
/// its session by the token in use and its last successor.
pub(crate) fn rotate(
    conn: &Connection,
    id: SessionId,
    (read, put): (&Rotation, &Rotation),
    (used_at, expires_at): (Timestamp, Timestamp),
) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "UPDATE session SET generation = :generation, sibling = :sibling, confirmed_at = :confirmed_at, \
             confirmed_by = :confirmed_by, successor = :successor, minted_at = :minted_at, \
             last_used_at = max(last_used_at, :used_at), expires_at = :expires_at \
         WHERE id = :id AND ended_at IS NULL AND generation = :read_generation AND sibling = :read_sibling \
             AND successor IS :read_successor AND minted_at IS :read_minted_at",
    )?
    .execute(named_params! {
        ":id": key(id),
        ":generation": put.in_use.generation,
        ":sibling": put.in_use.sibling,
        ":confirmed_at": put.confirmed.map(|confirmed| confirmed.at.millis()),
        ":confirmed_by": put.confirmed.map(|confirmed| confirmed.by.0),
        ":successor": put.successor.map(|minted| minted.sibling),
        ":minted_at": put.successor.map(|minted| minted.at.millis()),
        ":used_at": used_at.millis(),
        ":expires_at": expires_at.millis(),
        ":read_generation": read.in_use.generation,
        ":read_sibling": read.in_use.sibling,
        ":read_successor": read.successor.map(|minted| minted.sibling),
        ":read_minted_at": read.successor.map(|minted| minted.at.millis()),
    })
}
