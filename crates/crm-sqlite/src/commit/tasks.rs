//! Writing tasks, with what they are found by.

use crm_domain::calendar::Calendar;
use crm_domain::task::Task;
use crm_domain::version::{Replace, Version, Versioned};
use rusqlite::Connection;

use super::undone::{self, Written};
use crate::rows::task;
use crate::search;

/// A new task, at this version.
pub(crate) fn insert(conn: &Connection, task: &Task, at: Version, calendar: Calendar) -> Written<()> {
    let n = task::insert(conn, task, at, calendar, &task::key_of(task)).map_err(undone::by_constraint)?;
    search::TASKS.add(conn, n)?;
    Ok(())
}

/// A task changed. What did not change is not written again: its indexes are most of the work.
pub(super) fn put(conn: &Connection, put: &Replace<Task>, calendar: Calendar) -> Written<()> {
    let (before, after) = (put.before.record(), &put.after);
    let Some(n) = task::update_state(conn, after, calendar, put.before.version())? else {
        return Err(undone::stale());
    };
    let searched = before.search_fields() != after.search_fields();
    if !searched && before.owner == after.owner {
        return Ok(());
    }
    if searched {
        task::update_texts(conn, n, after, &task::key_of(after))?;
    }
    search::TASKS.replace(conn, n)?;
    Ok(())
}

/// A task is deleted.
pub(super) fn delete(conn: &Connection, task: &Versioned<Task>) -> Written<()> {
    let Some(n) = task::delete(conn, task.record(), task.version())? else {
        return Err(undone::stale());
    };
    search::TASKS.delete(conn, n)?;
    Ok(())
}
