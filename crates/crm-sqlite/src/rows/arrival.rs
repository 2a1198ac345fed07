//! The mark of an import that is not finished.

use crm_app::ports::archive::Arrival;
use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::fields;
use crate::db::Outcome;

/// The mark, if there is one.
pub(crate) const THE_ONE: &str = "SELECT id, command FROM arrival";

/// Reads a row of [`THE_ONE`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<Arrival> {
    fields::read(row, "mark of an import", |fields| {
        Ok(Arrival { id: Uuid::from_bytes(fields.get()?), command: fields.get()? })
    })
}

/// Writes the mark, where there is none.
pub(crate) fn insert(conn: &Connection, arrival: &Arrival) -> rusqlite::Result<usize> {
    conn.execute(
        "INSERT INTO arrival (one, id, command) VALUES (1, ?1, ?2)",
        (arrival.id.into_bytes(), &arrival.command),
    )
}

/// Whether there is the mark of this try.
pub(crate) fn is(conn: &Connection, id: Uuid) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM arrival WHERE id = ?1")?.exists([id.into_bytes()])
}

/// Takes the mark of this try away; says how many that were.
pub(crate) fn delete(conn: &Connection, id: Uuid) -> rusqlite::Result<usize> {
    conn.execute("DELETE FROM arrival WHERE id = ?1", [id.into_bytes()])
}
