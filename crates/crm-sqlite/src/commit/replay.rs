//! Keeping the answer to a request that may be repeated.

use crm_app::commit::UniqueKey;
use crm_app::commit::replay::Replay;
use rusqlite::Connection;

use super::undone::{self, Written};
use crate::rows::key;

/// Takes the place of an answer that has run out, and of no other.
const KEEP: &str = "INSERT INTO replay (user, target, key, body_hash, status, body, etag, location, expires_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
     ON CONFLICT (user, target, key) DO UPDATE SET body_hash = excluded.body_hash, status = excluded.status, \
     body = excluded.body, etag = excluded.etag, location = excluded.location, expires_at = excluded.expires_at \
     WHERE replay.expires_at <= ?10";

/// Keeps an answer.
pub(crate) fn write(conn: &Connection, replay: &Replay) -> Written<()> {
    let written = conn.prepare_cached(KEEP)?.execute((
        key(replay.key.user),
        &replay.key.target,
        &replay.key.key,
        replay.body_hash,
        replay.status,
        &replay.body,
        &replay.etag,
        &replay.location,
        replay.expires_at.millis(),
        replay.kept_from().millis(),
    ))?;
    if written == 0 { Err(undone::duplicate(UniqueKey::Replay)) } else { Ok(()) }
}
