//! Answers kept for requests that may be repeated.

use crm_app::commit::replay::{Replay, ReplayKey};
use rusqlite::Row;

use super::fields;
use crate::db::Outcome;

/// Every answer, in the order of their keys.
pub(crate) const ARCHIVED: &str = "SELECT user, target, key, body_hash, status, body, expires_at \
     FROM replay ORDER BY user, target, key";

/// Reads a row of [`ARCHIVED`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<Replay> {
    fields::read(row, "kept answer", |fields| {
        Ok(Replay {
            key: ReplayKey { user: fields.id()?, target: fields.get()?, key: fields.get()? },
            body_hash: fields.get()?,
            status: fields.get()?,
            body: fields.get()?,
            expires_at: fields.time()?,
        })
    })
}
