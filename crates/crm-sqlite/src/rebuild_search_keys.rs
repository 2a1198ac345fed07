//! Rebuilding what another normalization has made: the keys that records are sorted by, compared by and searched by.
//!
//! The records are rebuilt batch by batch, each in a transaction that also writes down the place ([`Place`]), so that a
//! rebuild that was cut off goes on where it was. The version of the workspace changes with the last batch: until then
//! the keys are outdated, and only a program that may migrate opens the store.

use crm_app::error::StoreError;
use crm_app::search_rebuild::RebuildProgress;
use crm_domain::fold::{FOLD_VERSION, fold};
use crm_domain::values::tag::Tag;
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::db::{Db, Outcome};
use crate::engine::error::JobError;
use crate::rows::{customer, lead, task, user};
use crate::search;

/// How many records a batch has. In builds for tests, few: there are several batches then.
const BATCH: i64 = if cfg!(debug_assertions) { 32 } else { 1_000 };

/// Every kind of record that has keys, in the order in which they are rebuilt.
const KINDS: [Kind; 4] = [Kind::User, Kind::Lead, Kind::Customer, Kind::Task];

/// A kind of record that has keys.
#[derive(Debug, Clone, Copy)]
enum Kind {
    User,
    Lead,
    Customer,
    Task,
}

/// How far a rebuild is.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The place in [`KINDS`].
    kind: u8,
    /// The last row number of that kind that is done.
    last: i64,
    done: u32,
    total: u32,
}

/// Whether another normalization than this one has made the keys.
pub(crate) fn is_due(conn: &Connection) -> Outcome<bool> {
    let made_by: u32 = conn.query_row("SELECT fold_version FROM workspace", [], |row| row.get(0))?;
    Ok(made_by != FOLD_VERSION)
}

/// Rebuilds the keys of some more records; gives how far it has come, or nothing if no key is outdated any more.
pub(crate) fn next_batch(conn: &Connection) -> Outcome<Option<RebuildProgress>> {
    if !is_due(conn)? {
        return Ok(None);
    }
    let mut place = match place(conn)? {
        Some(place) => place,
        None => begin(conn)?,
    };
    let mut left = BATCH;
    while left > 0 {
        let Some(kind) = KINDS.get(usize::from(place.kind)) else {
            conn.execute("UPDATE workspace SET fold_version = ?1", [FOLD_VERSION])?;
            conn.execute("DELETE FROM search_rebuild", [])?;
            let total = u64::from(place.total);
            return Ok(Some(RebuildProgress { done: total, total }));
        };
        match kind.rebuild(conn, place.last, left)? {
            (0, _) => place = Place { kind: place.kind + 1, last: 0, ..place },
            (count, last) => {
                left -= count;
                place.last = last;
                place.done = place.done.saturating_add(u32::try_from(count).unwrap_or(0)).min(place.total);
            }
        }
    }
    write(conn, place)?;
    Ok(Some(RebuildProgress { done: place.done.into(), total: place.total.into() }))
}

/// The place of a rebuild for this normalization that was begun.
fn place(conn: &Connection) -> Outcome<Option<Place>> {
    let place = conn.query_row(
        "SELECT kind, last, done, total FROM search_rebuild WHERE fold_version = ?1",
        [FOLD_VERSION],
        |row| Ok(Place { kind: row.get(0)?, last: row.get(1)?, done: row.get(2)?, total: row.get(3)? }),
    );
    Ok(place.optional()?)
}

/// Empties the indexes, which the rebuild fills, and counts the records.
fn begin(conn: &Connection) -> Outcome<Place> {
    conn.execute_batch(
        "DELETE FROM lead_tag; DELETE FROM customer_tag;
         DELETE FROM lead_unindexed; DELETE FROM customer_unindexed; DELETE FROM task_unindexed;
         INSERT INTO lead_search (lead_search) VALUES ('delete-all');
         INSERT INTO customer_search (customer_search) VALUES ('delete-all');
         INSERT INTO task_search (task_search) VALUES ('delete-all');",
    )?;
    let count = "SELECT (SELECT count(*) FROM user) + (SELECT count(*) FROM lead) \
         + (SELECT count(*) FROM customer) + (SELECT count(*) FROM task)";
    Ok(Place { kind: 0, last: 0, done: 0, total: conn.query_row(count, [], |row| row.get(0))? })
}

fn write(conn: &Connection, place: Place) -> Outcome<()> {
    conn.execute(
        "INSERT OR REPLACE INTO search_rebuild (one, fold_version, kind, last, done, total) \
             VALUES (1, ?1, ?2, ?3, ?4, ?5)",
        (FOLD_VERSION, place.kind, place.last, place.done, place.total),
    )?;
    Ok(())
}

impl Kind {
    /// Rebuilds the keys of up to so many records behind this row number; gives how many, and the last of them.
    fn rebuild(self, conn: &Connection, behind: i64, most: i64) -> Outcome<(i64, i64)> {
        let range = (behind, most);
        match self {
            Self::User => users(conn, range),
            Self::Lead => leads(conn, range),
            Self::Customer => customers(conn, range),
            Self::Task => tasks(conn, range),
        }
    }
}

fn users(conn: &Connection, range: (i64, i64)) -> Outcome<(i64, i64)> {
    let rows = "SELECT n FROM user WHERE n > ?1 ORDER BY n LIMIT ?2";
    each(conn, range, rows, user::BY_ROW, user::read, |n, user| {
        let user = user.record();
        conn.prepare_cached("UPDATE user SET name_key = ?2, search_key = ?3 WHERE n = ?1")?
            .execute((n, fold(user.name.as_str()), user::key_of(user)))
            .map(drop)
    })
}

fn leads(conn: &Connection, range: (i64, i64)) -> Outcome<(i64, i64)> {
    let rows = "SELECT n FROM lead WHERE n > ?1 ORDER BY n LIMIT ?2";
    each(conn, range, rows, lead::BY_ROW, lead::read, |n, lead| {
        let lead = lead.record();
        let search_key = lead::key_of(lead);
        lead::update_texts(conn, n, lead, &search_key)?;
        search::LEADS.insert(conn, n, &search_key, lead.owner)?;
        tags(conn, "INSERT OR IGNORE INTO lead_tag (tag, lead) VALUES (?1, ?2)", n, &lead.tags)
    })
}

fn customers(conn: &Connection, range: (i64, i64)) -> Outcome<(i64, i64)> {
    let rows = "SELECT n FROM customer WHERE n > ?1 ORDER BY n LIMIT ?2";
    each(conn, range, rows, customer::BY_ROW, customer::read, |n, customer| {
        let customer = customer.record();
        let search_key = customer::key_of(customer);
        customer::update_texts(conn, n, customer, &search_key)?;
        search::CUSTOMERS.insert(conn, n, &search_key, Some(customer.owner))?;
        tags(conn, "INSERT OR IGNORE INTO customer_tag (tag, customer) VALUES (?1, ?2)", n, &customer.tags)
    })
}

fn tasks(conn: &Connection, range: (i64, i64)) -> Outcome<(i64, i64)> {
    let rows = "SELECT n FROM task WHERE n > ?1 ORDER BY n LIMIT ?2";
    each(conn, range, rows, task::BY_ROW, task::read, |n, task| {
        let task = task.record();
        let search_key = task::key_of(task);
        task::update_texts(conn, n, task, &search_key)?;
        search::TASKS.insert(conn, n, &search_key, Some(task.owner))
    })
}

fn tags(
    conn: &Connection,
    insert: &str,
    n: i64,
    tags: &crm_domain::values::tag::Tags,
) -> rusqlite::Result<()> {
    let mut insert = conn.prepare_cached(insert)?;
    for tag in tags.iter().map(Tag::folded) {
        insert.execute((tag, n))?;
    }
    Ok(())
}

/// Calls `rebuild` with each record of a range of rows, and its row number; gives how many rows that were, and the last. A
/// record that cannot be read is left as it is, and reading it fails as before.
fn each<T>(
    conn: &Connection,
    range: (i64, i64),
    rows: &str,
    by_row: &str,
    read: fn(&Row<'_>) -> Outcome<T>,
    mut rebuild: impl FnMut(i64, &T) -> rusqlite::Result<()>,
) -> Outcome<(i64, i64)> {
    let db = Db::new(conn);
    let batch = db.all(rows, range, |row| Ok(row.get::<_, i64>(0)?))?;
    let count = i64::try_from(batch.len()).unwrap_or(i64::MAX);
    let last = batch.last().copied().unwrap_or(range.0);
    for n in batch {
        match db.one(by_row, [n], read) {
            Ok(Some(record)) => rebuild(n, &record)?,
            Ok(None) => {}
            Err(JobError::Refused(error @ StoreError::Corrupt { .. })) => {
                tracing::error!(%error, "cannot be found by search");
            }
            Err(error) => return Err(error),
        }
    }
    Ok((count, last))
}

#[cfg(test)]
mod tests;
