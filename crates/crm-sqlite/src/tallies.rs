//! The counters behind totals and dashboard, as rows.
//!
//! Each counter has two rows: one under its owner and one under [`EVERYBODY`], so that what everybody has together
//! is read as fast as what one has. A counter that came down to nothing has no row.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use crm_app::tally::{Deltas, TallyKey};
use crm_domain::access::scope::OwnerRange;
use crm_domain::ids::UserId;
use crm_domain::lead::LeadStatus;
use crm_domain::task::TaskStatus;
use rusqlite::Connection;

use crate::db::Db;
use crate::rows::{codes, key};

/// The owner of the counters that count everybody's records.
const EVERYBODY: &[u8] = b"*";

const LEADS: i64 = 1;
const LEADS_CREATED: i64 = 2;
const CUSTOMERS: i64 = 3;
const TASKS: i64 = 4;
const TASKS_DUE: i64 = 5;
const TASKS_DUE_WITHIN: i64 = 6;

/// The key of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowKey {
    /// Which kind of counter.
    pub(crate) kind: i64,
    /// Whose: 16 bytes, none for nobody, or [`EVERYBODY`].
    pub(crate) owner: Vec<u8>,
    /// The status or the day.
    pub(crate) a: i64,
    /// Whether archived, or the hour of the day.
    pub(crate) b: i64,
}

/// How many rows a list would walk that only owner, status and archived narrow.
pub(crate) fn leads(
    db: &Db<'_>,
    range: OwnerRange,
    statuses: &[LeadStatus],
    archived: Option<bool>,
) -> rusqlite::Result<u64> {
    let codes: Vec<i64> = statuses.iter().map(|status| codes::lead_status(*status)).collect();
    sum(db, LEADS, range, |a, b| {
        (codes.is_empty() || codes.contains(&a)) && archived.is_none_or(|archived| i64::from(archived) == b)
    })
}

/// How many customers there are.
pub(crate) fn customers(db: &Db<'_>, range: OwnerRange) -> rusqlite::Result<u64> {
    sum(db, CUSTOMERS, range, |_, _| true)
}

/// How many tasks there are with one of these statuses, or with any if none is given.
pub(crate) fn tasks(db: &Db<'_>, range: OwnerRange, statuses: &[TaskStatus]) -> rusqlite::Result<u64> {
    let codes: Vec<i64> = statuses.iter().map(|status| codes::task_status(*status)).collect();
    sum(db, TASKS, range, |a, _| codes.is_empty() || codes.contains(&a))
}

/// What there is of a range, read at once.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    /// Leads that are not archived, by status, in the order of [`LeadStatus::ALL`].
    pub(crate) leads_by_status: [u64; 4],
    /// Customers.
    pub(crate) customers: u64,
    /// Tasks that are not done.
    pub(crate) open_tasks: u64,
}

impl Totals {
    /// Reads them.
    pub(crate) fn of(db: &Db<'_>, range: OwnerRange) -> rusqlite::Result<Self> {
        let mut totals = Self::default();
        let Some(owner) = owner_of(range) else { return Ok(totals) };
        let sql = "SELECT kind, a, b, n FROM tally WHERE kind IN (?1, ?2, ?3) AND owner = ?4";
        let mut statement = db.prepare(sql)?;
        let mut rows = statement.query((LEADS, CUSTOMERS, TASKS, owner))?;
        while let Some(row) = rows.next()? {
            totals.take(row.get(0)?, row.get(1)?, row.get(2)?, count(row.get(3)?));
        }
        Ok(totals)
    }

    fn take(&mut self, kind: i64, a: i64, b: i64, n: u64) {
        match kind {
            LEADS if b == i64::from(false) => {
                let place =
                    codes::lead_status_of(a).and_then(|of| LeadStatus::ALL.iter().position(|one| *one == of));
                if let Some(count) = place.and_then(|place| self.leads_by_status.get_mut(place)) {
                    *count = n;
                }
            }
            CUSTOMERS => self.customers = n,
            TASKS if codes::task_status_of(a).is_some_and(|status| status != TaskStatus::Done) => {
                self.open_tasks += n;
            }
            _ => {}
        }
    }
}

/// How many leads that are not archived were created on each of these days.
pub(crate) fn leads_created(
    db: &Db<'_>,
    range: OwnerRange,
    days: &[NaiveDate],
) -> rusqlite::Result<Vec<u64>> {
    let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else { return Ok(Vec::new()) };
    let counts: BTreeMap<i64, u64> =
        between(db, LEADS_CREATED, range, day_code(*first), day_code(*last))?.into_iter().collect();
    Ok(days.iter().map(|day| counts.get(&day_code(*day)).copied().unwrap_or(0)).collect())
}

/// How many tasks that are not done are due on a day before this one.
pub(crate) fn tasks_due_before(db: &Db<'_>, range: OwnerRange, day: NaiveDate) -> rusqlite::Result<u64> {
    let Some(owner) = owner_of(range) else { return Ok(0) };
    db.prepare("SELECT coalesce(sum(n), 0) FROM tally WHERE kind = ?1 AND owner = ?2 AND a < ?3")?
        .query_row((TASKS_DUE, owner, day_code(day)), |row| row.get(0).map(count))
}

/// How many tasks that are not done are due on this day before so many hours of it are over.
pub(crate) fn tasks_due_within(
    db: &Db<'_>,
    range: OwnerRange,
    day: NaiveDate,
    hours: u32,
) -> rusqlite::Result<u64> {
    let Some(owner) = owner_of(range) else { return Ok(0) };
    let sql = "SELECT coalesce(sum(n), 0) FROM tally WHERE kind = ?1 AND owner = ?2 AND a = ?3 AND b < ?4";
    db.prepare(sql)?.query_row((TASKS_DUE_WITHIN, owner, day_code(day), hours), |row| row.get(0).map(count))
}

/// Changes the counters by so much.
pub(crate) fn add(conn: &Connection, deltas: &Deltas) -> rusqlite::Result<()> {
    let mut upsert = conn.prepare_cached(
        "INSERT INTO tally (kind, owner, a, b, n) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (kind, owner, a, b) DO UPDATE SET n = n + excluded.n RETURNING n",
    )?;
    for (row, by) in rows(deltas) {
        let now: i64 = upsert.query_row((row.kind, &row.owner, row.a, row.b, by), |answer| answer.get(0))?;
        if now == 0 {
            conn.prepare_cached("DELETE FROM tally WHERE kind = ?1 AND owner = ?2 AND a = ?3 AND b = ?4")?
                .execute((row.kind, &row.owner, row.a, row.b))?;
        }
    }
    Ok(())
}

/// The rows behind these counters, none with nothing in it.
pub(crate) fn rows(deltas: &Deltas) -> BTreeMap<RowKey, i64> {
    let mut rows: BTreeMap<RowKey, i64> = BTreeMap::new();
    for (counter, by) in deltas {
        let own = row(counter);
        *rows.entry(RowKey { owner: EVERYBODY.to_vec(), ..own.clone() }).or_default() += by;
        *rows.entry(own).or_default() += by;
    }
    rows.retain(|_, by| *by != 0);
    rows
}

/// Every row there is.
pub(crate) fn all(conn: &Connection) -> rusqlite::Result<BTreeMap<RowKey, i64>> {
    let mut statement = conn.prepare("SELECT kind, owner, a, b, n FROM tally")?;
    let rows = statement.query_map([], |row| {
        let key = RowKey { kind: row.get(0)?, owner: row.get(1)?, a: row.get(2)?, b: row.get(3)? };
        Ok((key, row.get(4)?))
    })?;
    rows.collect()
}

/// Whether what is due within the hours of some day is not what is due on it.
pub(crate) fn hours_differ_from_days(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare(
        "SELECT 1 FROM tally WHERE kind IN (?1, ?2) GROUP BY owner, a \
         HAVING sum(CASE kind WHEN ?1 THEN n ELSE -n END) <> 0",
    )?
    .exists((TASKS_DUE, TASKS_DUE_WITHIN))
}

/// Whether anything due is counted by the hour.
pub(crate) fn has_hours(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare("SELECT 1 FROM tally WHERE kind = ?1")?.exists([TASKS_DUE_WITHIN])
}

/// Puts these counters in the place of all that count what is due by the hour.
pub(crate) fn replace_hours(conn: &Connection, hours: &Deltas) -> rusqlite::Result<()> {
    conn.execute("DELETE FROM tally WHERE kind = ?1", [TASKS_DUE_WITHIN])?;
    insert(conn, &rows(hours))
}

/// Puts these rows in the place of all there are.
pub(crate) fn replace(conn: &Connection, rows: &BTreeMap<RowKey, i64>) -> rusqlite::Result<()> {
    conn.execute("DELETE FROM tally", [])?;
    insert(conn, rows)
}

fn insert(conn: &Connection, rows: &BTreeMap<RowKey, i64>) -> rusqlite::Result<()> {
    let mut insert =
        conn.prepare_cached("INSERT INTO tally (kind, owner, a, b, n) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (row, n) in rows {
        insert.execute((row.kind, &row.owner, row.a, row.b, n))?;
    }
    Ok(())
}

impl std::fmt::Display for RowKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let day = |code: i64| i32::try_from(code).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
        match self.kind {
            LEADS => write!(f, "leads with status {}, archived {}", self.a, self.b)?,
            LEADS_CREATED => write!(f, "leads created on {:?}", day(self.a))?,
            CUSTOMERS => write!(f, "customers")?,
            TASKS => write!(f, "tasks with status {}", self.a)?,
            TASKS_DUE => write!(f, "tasks due on {:?}", day(self.a))?,
            TASKS_DUE_WITHIN => write!(f, "tasks due on {:?} after {} hours", day(self.a), self.b)?,
            other => write!(f, "counter of kind {other}, {}, {}", self.a, self.b)?,
        }
        match <[u8; 16]>::try_from(self.owner.as_slice()) {
            Ok(user) => write!(f, " of {}", uuid::Uuid::from_bytes(user)),
            Err(_) if self.owner.is_empty() => write!(f, " of nobody"),
            Err(_) => write!(f, " of everybody"),
        }
    }
}

fn row(counter: &TallyKey) -> RowKey {
    let of = |kind, owner: Option<UserId>, a, b| RowKey {
        kind,
        owner: owner.map(|user| key(user).to_vec()).unwrap_or_default(),
        a,
        b,
    };
    match *counter {
        TallyKey::Leads { owner, status, archived } => {
            of(LEADS, owner, codes::lead_status(status), i64::from(archived))
        }
        TallyKey::LeadsCreated { owner, day } => of(LEADS_CREATED, owner, day_code(day), 0),
        TallyKey::Customers { owner } => of(CUSTOMERS, Some(owner), 0, 0),
        TallyKey::Tasks { owner, status } => of(TASKS, Some(owner), codes::task_status(status), 0),
        TallyKey::TasksDue { owner, day } => of(TASKS_DUE, Some(owner), day_code(day), 0),
        TallyKey::TasksDueWithin { owner, day, hour } => {
            of(TASKS_DUE_WITHIN, Some(owner), day_code(day), hour.into())
        }
    }
}

/// Days are numbered from the first of the year 1.
fn day_code(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce())
}

/// The owner under whom a range is counted; none for the empty range.
fn owner_of(range: OwnerRange) -> Option<Vec<u8>> {
    match range {
        OwnerRange::Empty => None,
        OwnerRange::Everyone => Some(EVERYBODY.to_vec()),
        OwnerRange::Nobody => Some(Vec::new()),
        OwnerRange::User(user) => Some(key(user).to_vec()),
    }
}

fn sum(
    db: &Db<'_>,
    kind: i64,
    range: OwnerRange,
    counts: impl Fn(i64, i64) -> bool,
) -> rusqlite::Result<u64> {
    let mut sum = 0;
    each(db, kind, range, |a, b, n| {
        if counts(a, b) {
            sum += n;
        }
    })?;
    Ok(sum)
}

fn each(
    db: &Db<'_>,
    kind: i64,
    range: OwnerRange,
    mut take: impl FnMut(i64, i64, u64),
) -> rusqlite::Result<()> {
    let Some(owner) = owner_of(range) else { return Ok(()) };
    let mut statement = db.prepare("SELECT a, b, n FROM tally WHERE kind = ?1 AND owner = ?2")?;
    let mut rows = statement.query((kind, owner))?;
    while let Some(row) = rows.next()? {
        take(row.get(0)?, row.get(1)?, count(row.get(2)?));
    }
    Ok(())
}

fn between(
    db: &Db<'_>,
    kind: i64,
    range: OwnerRange,
    first: i64,
    last: i64,
) -> rusqlite::Result<Vec<(i64, u64)>> {
    let Some(owner) = owner_of(range) else { return Ok(Vec::new()) };
    let mut statement =
        db.prepare("SELECT a, n FROM tally WHERE kind = ?1 AND owner = ?2 AND a BETWEEN ?3 AND ?4")?;
    let rows =
        statement.query_map((kind, owner, first, last), |row| Ok((row.get(0)?, count(row.get(1)?))))?;
    rows.collect()
}

/// A counter below zero is wrong, which a recount finds; nobody is shown it.
fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
