//! Counting everything anew.

use std::collections::{BTreeMap, BTreeSet};

use crm_app::ports::maintenance::TallyDifference;
use crm_app::tally::{self, Deltas};
use crm_domain::calendar::Calendar;
use crm_domain::due::DueDate;
use rusqlite::Connection;

use crate::db::{Db, Outcome};
use crate::rows::{customer, fields, lead, task};
use crate::tallies::{self, RowKey};
use crate::workspace;

/// Counts everything anew under this calendar.
pub(super) fn everything(conn: &Connection, calendar: Calendar) -> Outcome<()> {
    Ok(tallies::replace(conn, &count(conn, calendar)?)?)
}

/// The counters as they should be under this calendar.
fn count(conn: &Connection, calendar: Calendar) -> Outcome<BTreeMap<RowKey, i64>> {
    let mut deltas = Deltas::new();
    each(conn, lead::ALL, |row| {
        tally::count_lead(&mut deltas, lead::read(row)?.record(), &calendar, 1);
        Ok(())
    })?;
    each(conn, customer::ALL, |row| {
        tally::count_customer(&mut deltas, customer::read(row)?.record(), 1);
        Ok(())
    })?;
    each(conn, task::ALL, |row| {
        tally::count_task(&mut deltas, task::read(row)?.record(), &calendar, 1);
        Ok(())
    })?;
    Ok(tallies::rows(&deltas))
}

/// The counters that are not as they should be.
pub(super) fn differences(conn: &Connection) -> Outcome<Vec<TallyDifference>> {
    let calendar = workspace::calendar(&Db::new(conn))?;
    let counted = count(conn, calendar)?;
    let kept = tallies::all(conn)?;
    let rows: BTreeSet<&RowKey> = kept.keys().chain(counted.keys()).collect();
    let of = |counters: &BTreeMap<RowKey, i64>, row| counters.get(row).copied().unwrap_or(0);
    Ok(rows
        .into_iter()
        .filter(|row| kept.get(*row) != counted.get(*row))
        .map(|row| TallyDifference { key: row.to_string(), kept: of(&kept, row), counted: of(&counted, row) })
        .collect())
}

/// Computes anew when plain dates are over.
pub(super) fn move_due_moments(conn: &Connection, calendar: Calendar) -> Outcome<()> {
    let mut update = conn.prepare("UPDATE task SET due_at = ?2 WHERE id = ?1 AND due_at <> ?2")?;
    let mut plain = Vec::new();
    each(conn, "SELECT id, due_text FROM task WHERE length(due_text) = 10", |row| {
        plain.push(fields::read(row, "task", |fields| {
            Ok((fields.get::<[u8; 16]>()?, fields.parse(DueDate::parse)?))
        })?);
        Ok(())
    })?;
    for (id, due) in plain {
        update.execute((id, due.moment(&calendar).millis()))?;
    }
    Ok(())
}

fn each(
    conn: &Connection,
    sql: &str,
    mut count: impl FnMut(&rusqlite::Row<'_>) -> Outcome<()>,
) -> Outcome<()> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        count(row)?;
    }
    Ok(())
}
