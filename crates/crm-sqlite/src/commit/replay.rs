//! Keeping the answer to a request that may be repeated.

use crm_app::commit::replay::Replay;
use rusqlite::Connection;

use super::undone::{self, Written};
use crate::rows::key;

/// Keeps an answer.
pub(crate) fn write(conn: &Connection, replay: &Replay) -> Written<()> {
    conn.prepare_cached(
        "INSERT INTO replay (user, target, key, body_hash, status, body, expires_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((
        key(replay.key.user),
        &replay.key.target,
        &replay.key.key,
        replay.body_hash,
        replay.status,
        &replay.body,
        replay.expires_at.millis(),
    ))
    .map_err(undone::by_constraint)?;
    Ok(())
}
