//! The copy of a store before it is migrated: the way back to the version that wrote it.

use std::error::Error;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::engine::error::OpenError;
use crate::engine::location::beside;
use crate::engine::partial::{Partial, vacuum_into};

/// Copies the store to `<file>.before-NNNN`, where NNNN is the first migration it still lacks.
///
/// The copy has its name only once it is whole and on the disk. It replaces an older one of that name: a
/// migration that failed then, and is tried again now, starts from what has been written since.
///
/// # Errors
/// [`OpenError::Copy`]; nothing has changed, and no half copy is left behind.
pub(super) fn before(conn: &Connection, path: &Path, first: u32) -> Result<(), OpenError> {
    copy(conn, &beside(path, &format!(".before-{first:04}")), first).map_err(OpenError::Copy)
}

/// Two processes, or two engines of one, may be at it at once: each writes a file of its own.
fn copy(conn: &Connection, target: &Path, first: u32) -> Result<(), Box<dyn Error + Send + Sync>> {
    tracing::info!(copy = %target.display(), "the store is copied before it is migrated");
    let partial = Partial::of(target)?;
    vacuum_into(conn, &partial)?;
    // Another process may have been quicker: what was copied then is no longer the state before.
    if user_version(partial.path())? >= first {
        return Ok(());
    }
    partial.replace(target)?;
    tracing::info!(copy = %target.display(), "the store was copied, and is migrated");
    Ok(())
}

fn user_version(path: &Path) -> rusqlite::Result<u32> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)?.query_row("PRAGMA user_version", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_store_that_another_process_has_just_migrated_is_not_copied_as_the_state_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let conn = Connection::open(&path).unwrap();
        conn.pragma_update(None, "user_version", 2).unwrap();
        before(&conn, &path, 2).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        before(&conn, &path, 3).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
