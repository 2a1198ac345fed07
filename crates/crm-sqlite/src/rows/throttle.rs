//! What is counted of wrong passwords. Keys are numbers of 64 bits without a sign, kept as those with one.

use crm_domain::throttle::entry::{Blind, Entry, Kind, Place};
use rusqlite::{Connection, Row};

use super::fields;
use crate::db::Outcome;

/// The entries that were changed then or later.
pub(crate) const SINCE: &str = "SELECT key, kind, other, failures, mark, at \
     FROM throttle INDEXED BY throttle_by_change WHERE at >= ?1";

/// Reads a row of [`SINCE`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<Entry> {
    fields::read(row, "throttle", |fields| {
        let key = Blind::new(fields.get::<i64>()?.cast_unsigned());
        let kind = fields.code(|code| Kind::of_code(u8::try_from(code).ok()?))?;
        let other = Blind::new(fields.get::<i64>()?.cast_unsigned());
        let failures = fields.get()?;
        let place = Place { kind, key, other };
        Ok(Entry { place, failures, mark: fields.time()?, at: fields.time()? })
    })
}

/// Writes an entry, unless a later one is there.
pub(crate) fn put(conn: &Connection, entry: &Entry) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "INSERT INTO throttle (kind, key, other, failures, mark, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (kind, key, other) DO UPDATE SET failures = excluded.failures, mark = excluded.mark, \
             at = excluded.at \
         WHERE excluded.at >= throttle.at",
    )?
    .execute((
        entry.place.kind.code(),
        entry.place.key.number().cast_signed(),
        entry.place.other.number().cast_signed(),
        entry.failures,
        entry.mark.millis(),
        entry.at.millis(),
    ))
}

/// Forgets an entry.
pub(crate) fn delete(conn: &Connection, place: &Place) -> rusqlite::Result<usize> {
    conn.prepare_cached("DELETE FROM throttle WHERE kind = ?1 AND key = ?2 AND other = ?3")?.execute((
        place.kind.code(),
        place.key.number().cast_signed(),
        place.other.number().cast_signed(),
    ))
}
