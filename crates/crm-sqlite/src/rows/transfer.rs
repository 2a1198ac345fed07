//! Hand-overs.

use crm_domain::ids::UserId;
use crm_domain::transfer::{Moved, Transfer};
use rusqlite::{Connection, Row};

use super::{fields, int, key};
use crate::db::Outcome;

/// Every hand-over that is not over.
pub(crate) const ALL: &str =
    "SELECT from_user, to_user, by_user, begun_at, leads, customers, tasks FROM transfer ORDER BY from_user";

/// Reads a row of [`ALL`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<Transfer> {
    fields::read(row, "transfer", |fields| {
        Ok(Transfer {
            from: fields.id()?,
            to: fields.id()?,
            by: fields.id()?,
            begun_at: fields.time()?,
            moved: Moved { leads: fields.count()?, customers: fields.count()?, tasks: fields.count()? },
        })
    })
}

/// Writes a hand-over in the place of what was known of it.
pub(crate) fn put(conn: &Connection, transfer: &Transfer) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "INSERT INTO transfer (from_user, to_user, by_user, begun_at, leads, customers, tasks) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT (from_user) DO UPDATE SET to_user = excluded.to_user, by_user = excluded.by_user, \
             begun_at = excluded.begun_at, leads = excluded.leads, customers = excluded.customers, \
             tasks = excluded.tasks",
    )?
    .execute((
        key(transfer.from),
        key(transfer.to),
        key(transfer.by),
        transfer.begun_at.millis(),
        int(transfer.moved.leads),
        int(transfer.moved.customers),
        int(transfer.moved.tasks),
    ))
}

/// Forgets the hand-over from this user.
pub(crate) fn delete(conn: &Connection, from: UserId) -> rusqlite::Result<usize> {
    conn.prepare_cached("DELETE FROM transfer WHERE from_user = ?1")?.execute([key(from)])
}
