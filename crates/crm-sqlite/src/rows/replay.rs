//! Answers kept for requests that may be repeated.

use crm_app::commit::replay::{Replay, ReplayKey};
use rusqlite::Row;

use super::fields;
use crate::db::Outcome;

/// Every answer, in the order of their keys.
pub(crate) const ARCHIVED: &str = "SELECT user, target, key, body_hash, status, body, etag, location, expires_at \
     FROM replay ORDER BY user, target, key";

/// The answer that is kept under a key, if it lasts longer than that.
pub(crate) const KEPT: &str = "SELECT user, target, key, body_hash, status, body, etag, location, expires_at \
     FROM replay WHERE user = ?1 AND target = ?2 AND key = ?3 AND expires_at > ?4";

/// Forgets some of those that last no longer than that.
pub(crate) const FORGET: &str = "DELETE FROM replay WHERE rowid IN \
     (SELECT rowid FROM replay WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";

/// Reads a row of [`ARCHIVED`] or [`KEPT`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<Replay> {
    fields::read(row, "kept answer", |fields| {
        Ok(Replay {
            key: ReplayKey { user: fields.id()?, target: fields.get()?, key: fields.get()? },
            body_hash: fields.get()?,
            status: fields.get()?,
            body: fields.get()?,
            etag: fields.get()?,
            location: fields.get()?,
            expires_at: fields.time()?,
        })
    })
}
