//! Writing notes. Their customer, which changes in the same commit, guards them; they must be where they were all the
//! same.

use crm_domain::note::Note;
use rusqlite::Connection;

use super::undone::{self, Written};
use crate::rows::note;

/// A new note.
pub(crate) fn insert(conn: &Connection, note: &Note) -> Written<()> {
    note::insert(conn, note).map_err(undone::by_constraint).map(drop)
}

/// A note was edited.
pub(super) fn put(conn: &Connection, note: &Note) -> Written<()> {
    found(note::update(conn, note)?)
}

/// A note is deleted.
pub(super) fn delete(conn: &Connection, note: &Note) -> Written<()> {
    found(note::delete(conn, note)?)
}

fn found(rows: usize) -> Written<()> {
    if rows == 0 { Err(undone::stale()) } else { Ok(()) }
}
