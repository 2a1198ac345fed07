//! Whether a file is a whole store.

use std::path::Path;

use super::error::BackupError;
use super::stop::Stop;
use crate::engine::error::OpenError;
use crate::engine::{connection, migrate};
use crate::schema::MIGRATIONS;

/// Checks a file that nobody writes, page by page and reference by reference, and gives its schema.
///
/// # Errors
/// It is another program's or a newer version's, or damaged.
pub(super) fn check(path: &Path, stop: &Stop) -> Result<u32, BackupError> {
    let mut conn = connection::open_at_rest(path).map_err(BackupError::Unfit)?;
    let failed = BackupError::sqlite("checked");
    stop.watch(&mut conn).map_err(&failed)?;
    let schema = match migrate::inspect(&conn, MIGRATIONS).map_err(BackupError::Unfit)? {
        0 => return Err(BackupError::Unfit(OpenError::Foreign { application_id: 0 })),
        schema => schema,
    };
    let first = |sql: &str| -> rusqlite::Result<Option<String>> {
        let mut statement = conn.prepare(sql)?;
        let mut rows = statement.query([])?;
        rows.next()?.map(|row| row.get(0)).transpose()
    };
    match first("PRAGMA integrity_check").map_err(&failed)?.as_deref() {
        Some("ok") => {}
        Some(problem) => return Err(BackupError::Damaged(problem.to_owned())),
        None => return Err(BackupError::Damaged("it cannot be checked".to_owned())),
    }
    match first("PRAGMA foreign_key_check").map_err(&failed)? {
        None => Ok(schema),
        Some(table) => Err(BackupError::Damaged(format!("a broken reference in {table}"))),
    }
}
