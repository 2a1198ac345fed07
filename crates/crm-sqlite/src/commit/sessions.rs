//! Writing sessions. They have no version: of two moments the right one wins, whoever comes first.

use crm_domain::ids::{CommitId, SessionId};
use crm_domain::session::Session;
use crm_domain::timestamp::Timestamp;
use rusqlite::Connection;

use super::undone::{self, Written};
use crate::rows::{key, session};

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

/// A session is over: the first moment stays.
pub(super) fn end(conn: &Connection, id: SessionId, at: Timestamp) -> Written<()> {
    conn.prepare_cached("UPDATE session SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL")?
        .execute((key(id), at.millis()))?;
    Ok(())
}
