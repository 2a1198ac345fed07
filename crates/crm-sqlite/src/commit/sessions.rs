//! Writing sessions. They have no version: of two moments the right one wins, whoever comes first, and a rotation is
//! told by itself.

use crm_domain::ids::{CommitId, SessionId};
use crm_domain::session::Session;
use crm_domain::session::end::EndReason;
use crm_domain::session::rotation::Rotation;
use crm_domain::timestamp::Timestamp;
use rusqlite::Connection;

use super::undone::{self, Written};
use crate::rows::{codes, key, session};

/// A new session.
pub(crate) fn insert(conn: &Connection, session: &Session, commit: CommitId) -> Written<()> {
    session::insert(conn, session, commit).map_err(undone::by_constraint).map(drop)
}

/// A session was used: the later moment wins.
pub(super) fn touch(conn: &Connection, id: SessionId, at: Timestamp) -> Written<()> {
    conn.prepare_cached("UPDATE session SET last_used_at = ?2 WHERE id = ?1 AND last_used_at < ?2")?
        .execute((key(id), at.millis()))?;
    Ok(())
}

/// A session is forgotten.
pub(super) fn forget(conn: &Connection, id: SessionId) -> Written<()> {
    conn.prepare_cached("DELETE FROM session WHERE id = ?1")?.execute([key(id)])?;
    Ok(())
}

/// Other tokens of a session are good from now on, if those that were read still are.
pub(super) fn rotate(
    conn: &Connection,
    id: SessionId,
    rotations: (&Rotation, &Rotation),
    moments: (Timestamp, Timestamp),
) -> Written<()> {
    if session::rotate(conn, id, rotations, moments)? == 0 { Err(undone::stale()) } else { Ok(()) }
}

/// A session is over: the first moment and reason stay.
pub(super) fn end(conn: &Connection, id: SessionId, at: Timestamp, why: EndReason) -> Written<()> {
    conn.prepare_cached(
        "UPDATE session SET ended_at = ?2, ended_because = ?3 WHERE id = ?1 AND ended_at IS NULL",
    )?
    .execute((key(id), at.millis(), codes::end_reason(why)))?;
    Ok(())
}
