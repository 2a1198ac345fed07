//! Folding anew what an older fold has made: the keys that are sorted by, compared and searched.

use crm_app::error::StoreError;
use crm_domain::fold::{FOLD_VERSION, fold};
use crm_domain::values::tag::Tag;
use rusqlite::{Connection, Row};

use crate::db::{Db, Outcome};
use crate::engine::error::JobError;
use crate::rows::{customer, lead, task, user};
use crate::search;

/// How many records are held in memory at once.
const BATCH: i64 = 1_000;

/// Whether another fold than this one has made what there is.
pub(crate) fn is_due(conn: &Connection) -> Outcome<bool> {
    let made_by: u32 = conn.query_row("SELECT fold_version FROM workspace", [], |row| row.get(0))?;
    Ok(made_by != FOLD_VERSION)
}

/// Folds everything anew, unless it is not due any more.
pub(crate) fn everything(conn: &Connection) -> Outcome<()> {
    if !is_due(conn)? {
        return Ok(());
    }
    tracing::info!(version = FOLD_VERSION, "what is sorted by and searched is folded anew");
    users(conn)?;
    leads(conn)?;
    customers(conn)?;
    tasks(conn)?;
    conn.execute("UPDATE workspace SET fold_version = ?1", [FOLD_VERSION])?;
    Ok(())
}

fn users(conn: &Connection) -> Outcome<()> {
    each(conn, "SELECT n FROM user WHERE n > ?1 ORDER BY n LIMIT ?2", user::BY_ROW, user::read, |n, user| {
        let user = user.record();
        conn.prepare_cached("UPDATE user SET name_key = ?2, search_key = ?3 WHERE n = ?1")?
            .execute((n, fold(user.name.as_str()), user::key_of(user)))
            .map(drop)
    })
}

fn leads(conn: &Connection) -> Outcome<()> {
    conn.execute("DELETE FROM lead_tag", [])?;
    conn.execute("DELETE FROM lead_unindexed", [])?;
    conn.execute("INSERT INTO lead_search (lead_search) VALUES ('delete-all')", [])?;
    each(conn, "SELECT n FROM lead WHERE n > ?1 ORDER BY n LIMIT ?2", lead::BY_ROW, lead::read, |n, lead| {
        let lead = lead.record();
        let search_key = lead::key_of(lead);
        lead::update_texts(conn, n, lead, &search_key)?;
        search::LEADS.insert(conn, n, &search_key, lead.owner)?;
        tags(conn, "INSERT OR IGNORE INTO lead_tag (tag, lead) VALUES (?1, ?2)", n, &lead.tags)
    })
}

fn customers(conn: &Connection) -> Outcome<()> {
    conn.execute("DELETE FROM customer_tag", [])?;
    conn.execute("DELETE FROM customer_unindexed", [])?;
    conn.execute("INSERT INTO customer_search (customer_search) VALUES ('delete-all')", [])?;
    let rows = "SELECT n FROM customer WHERE n > ?1 ORDER BY n LIMIT ?2";
    each(conn, rows, customer::BY_ROW, customer::read, |n, customer| {
        let customer = customer.record();
        let search_key = customer::key_of(customer);
        customer::update_texts(conn, n, customer, &search_key)?;
        search::CUSTOMERS.insert(conn, n, &search_key, Some(customer.owner))?;
        tags(conn, "INSERT OR IGNORE INTO customer_tag (tag, customer) VALUES (?1, ?2)", n, &customer.tags)
    })
}

fn tasks(conn: &Connection) -> Outcome<()> {
    conn.execute("DELETE FROM task_unindexed", [])?;
    conn.execute("INSERT INTO task_search (task_search) VALUES ('delete-all')", [])?;
    each(conn, "SELECT n FROM task WHERE n > ?1 ORDER BY n LIMIT ?2", task::BY_ROW, task::read, |n, task| {
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

/// Calls `refold` with each record and its row number. A record that cannot be read is left as it is: whoever reads
/// it is told.
fn each<T>(
    conn: &Connection,
    rows: &str,
    by_row: &str,
    read: fn(&Row<'_>) -> Outcome<T>,
    mut refold: impl FnMut(i64, &T) -> rusqlite::Result<()>,
) -> Outcome<()> {
    let db = Db::new(conn);
    let mut last = 0;
    loop {
        let batch = db.all(rows, (last, BATCH), |row| Ok(row.get::<_, i64>(0)?))?;
        let Some(end) = batch.last() else { return Ok(()) };
        last = *end;
        for n in batch {
            match db.one(by_row, [n], read) {
                Ok(Some(record)) => refold(n, &record)?,
                Ok(None) => {}
                Err(JobError::Refused(error @ StoreError::Corrupt { .. })) => {
                    tracing::error!(%error, "cannot be found by search");
                }
                Err(error) => return Err(error),
            }
        }
    }
}
