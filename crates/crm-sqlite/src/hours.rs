//! What is due by the hour, in a store to which a program wrote that counts it by the day alone.

use crm_app::tally::{Deltas, TallyKey};
use crm_domain::ids::UserId;
use crm_domain::timestamp::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use crate::db::{Db, Outcome};
use crate::{tallies, workspace};

/// Whether the hours of some day do not add up to the day.
pub(crate) fn are_missing(conn: &Connection) -> Outcome<bool> {
    Ok(tallies::hours_differ_from_days(conn)?)
}

/// Counts the hours anew, unless they add up by now. All other counters stay as they are.
pub(crate) fn count(conn: &Connection) -> Outcome<()> {
    if !are_missing(conn)? {
        return Ok(());
    }
    if tallies::has_hours(conn)? {
        tracing::warn!("what is due by the hour did not add up to the days, and is counted anew");
    } else {
        tracing::info!("what is due by the hour is counted");
    }
    let calendar = workspace::calendar(&Db::new(conn))?;
    let mut hours = Deltas::new();
    let mut open = conn.prepare("SELECT owner, due_at FROM task WHERE status IN (0, 1)")?;
    let mut rows = open.query([])?;
    while let Some(row) = rows.next()? {
        let owner = UserId::from_uuid(Uuid::from_bytes(row.get(0)?));
        // Whoever reads a task whose moment is none is told.
        let Some(due) = Timestamp::from_millis(row.get(1)?) else { continue };
        let (day, hour) = calendar.local_hour(due);
        *hours.entry(TallyKey::TasksDueWithin { owner, day, hour }).or_default() += 1;
    }
    Ok(tallies::replace_hours(conn, &hours)?)
}
