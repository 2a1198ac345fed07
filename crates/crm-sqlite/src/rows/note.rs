//! Notes.

use crm_domain::ids::{NoteId, UserId};
use crm_domain::note::Note;
use crm_domain::timestamp::Timestamp;
use crm_domain::values::prose::Prose;
use rusqlite::{Connection, Row};

use super::{fields, key};
use crate::db::Outcome;

/// One note of a customer.
pub(crate) const BY_ID: &str =
    "SELECT id, customer, author, text, created_at, edited_at FROM note WHERE id = ?1 AND customer = ?2";

/// The ids of some notes of a customer, and who wrote them.
pub(crate) const IDS: &str =
    "SELECT id, author FROM note INDEXED BY note_by_customer WHERE customer = ?1 LIMIT ?2";

/// One note by its row number.
pub(crate) const BY_ROW: &str =
    "SELECT id, customer, author, text, created_at, edited_at FROM note WHERE n = ?1";

/// A customer's latest notes.
pub(crate) const LATEST: &str = "SELECT id, customer, author, text, created_at, edited_at \
     FROM note INDEXED BY note_by_customer WHERE customer = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2";

/// Every note.
pub(crate) const ALL: &str = "SELECT id, customer, author, text, created_at, edited_at FROM note";

/// Reads a row of any of these.
pub(crate) fn read(row: &Row<'_>) -> Outcome<Note> {
    fields::read(row, "note", |fields| {
        Ok(Note {
            id: fields.id()?,
            customer: fields.id()?,
            author: fields.id()?,
            text: fields.parse(Prose::parse)?,
            created_at: fields.time()?,
            edited_at: fields.time_opt()?,
        })
    })
}

/// Reads a row of [`IDS`].
pub(crate) fn read_id(row: &Row<'_>) -> Outcome<(NoteId, UserId)> {
    fields::read(row, "note", |fields| Ok((fields.id()?, fields.id()?)))
}

/// Writes a new note.
pub(crate) fn insert(conn: &Connection, note: &Note) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "INSERT INTO note (id, customer, author, text, created_at, edited_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((
        key(note.id),
        key(note.customer),
        key(note.author),
        note.text.as_str(),
        note.created_at.millis(),
        note.edited_at.map(Timestamp::millis),
    ))
}

/// Writes a note's new text, if its customer has it; says how many that were.
pub(crate) fn update(conn: &Connection, note: &Note) -> rusqlite::Result<usize> {
    conn.prepare_cached("UPDATE note SET text = ?3, edited_at = ?4 WHERE id = ?1 AND customer = ?2")?.execute(
        (key(note.id), key(note.customer), note.text.as_str(), note.edited_at.map(Timestamp::millis)),
    )
}

/// Removes a note, whichever customer it is on.
pub(crate) fn remove(conn: &Connection, id: NoteId) -> rusqlite::Result<usize> {
    conn.prepare_cached("DELETE FROM note WHERE id = ?1")?.execute([key(id)])
}

/// Deletes a note, if its customer has it; says how many that were.
pub(crate) fn delete(conn: &Connection, note: &Note) -> rusqlite::Result<usize> {
    conn.prepare_cached("DELETE FROM note WHERE id = ?1 AND customer = ?2")?
        .execute((key(note.id), key(note.customer)))
}
