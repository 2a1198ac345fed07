//! Hand-overs.

use crm_domain::timestamp::Timestamp;
use crm_domain::transfer::{Moved, Transfer};
use rusqlite::{Connection, Row};

use super::{fields, int, key};
use crate::db::Outcome;

/// Every hand-over.
pub(crate) const ALL: &str = "SELECT from_user, to_user, by_user, begun_at, leads, customers, tasks, \
     finished_at FROM transfer ORDER BY from_user";

/// Every hand-over that is running.
pub(crate) const RUNNING: &str = "SELECT from_user, to_user, by_user, begun_at, leads, customers, tasks, \
     finished_at FROM transfer WHERE finished_at IS NULL";

/// The hand-over from a user.
pub(crate) const FROM: &str = "SELECT from_user, to_user, by_user, begun_at, leads, customers, tasks, \
     finished_at FROM transfer WHERE from_user = ?1";

/// Reads a row of any of these.
pub(crate) fn read(row: &Row<'_>) -> Outcome<Transfer> {
    fields::read(row, "transfer", |fields| {
        Ok(Transfer {
            from: fields.id()?,
            to: fields.id()?,
            by: fields.id()?,
            begun_at: fields.time()?,
            moved: Moved { leads: fields.count()?, customers: fields.count()?, tasks: fields.count()? },
            finished_at: fields.time_opt()?,
        })
    })
}

/// Writes a hand-over in the place of what was known of it.
pub(crate) fn put(conn: &Connection, transfer: &Transfer) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "INSERT INTO transfer (from_user, to_user, by_user, begun_at, leads, customers, tasks, finished_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
         ON CONFLICT (from_user) DO UPDATE SET to_user = excluded.to_user, by_user = excluded.by_user, \
             begun_at = excluded.begun_at, leads = excluded.leads, customers = excluded.customers, \
             tasks = excluded.tasks, finished_at = excluded.finished_at",
    )?
    .execute((
        key(transfer.from),
        key(transfer.to),
        key(transfer.by),
        transfer.begun_at.millis(),
        int(transfer.moved.leads),
        int(transfer.moved.customers),
        int(transfer.moved.tasks),
        transfer.finished_at.map(Timestamp::millis),
    ))
}
