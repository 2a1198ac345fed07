//! The copy of a store before it is migrated: the way back to the version that wrote it.

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::{Connection, OpenFlags};

use crate::engine::error::OpenError;
use crate::engine::location::{beside, create_file};

static TURN: AtomicU32 = AtomicU32::new(0);

/// Copies the store to `<file>.before-NNNN`, where NNNN is the first migration it still lacks.
///
/// The copy has its name only once it is whole and on the disk. It replaces an older one of that name: a
/// migration that failed then, and is tried again now, starts from what has been written since.
///
/// # Errors
/// [`OpenError::Copy`]; nothing has changed, and no half copy is left behind.
pub(super) fn before(conn: &Connection, path: &Path, first: u32) -> Result<(), OpenError> {
    // Two processes, or two engines of one, may be at it at once: each writes a file of its own.
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    let suffix = format!(".before-{first:04}.{}-{turn}.partial", std::process::id());
    let partial = beside(path, &suffix);
    let target = beside(path, &format!(".before-{first:04}"));
    let copied = copy(conn, &partial, &target, first);
    if copied.is_err() {
        // Best effort: the error that matters is the one above.
        drop(fs::remove_file(&partial));
    }
    copied.map_err(OpenError::Copy)
}

fn copy(
    conn: &Connection,
    partial: &Path,
    target: &Path,
    first: u32,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let name = partial.to_str().ok_or("the path is not UTF-8")?;
    // What a process that died here left behind.
    if partial.try_exists()? {
        fs::remove_file(partial)?;
    }
    // VACUUM INTO takes an empty file, and leaves its mode alone.
    create_file(partial)?;
    conn.execute("VACUUM INTO ?1", [name])?;
    // Another process may have been quicker: what was copied then is no longer the state before.
    if user_version(partial)? >= first {
        return Ok(fs::remove_file(partial)?);
    }
    File::open(partial)?.sync_all()?;
    fs::rename(partial, target)?;
    if let Some(folder) = target.parent() {
        File::open(folder)?.sync_all()?;
    }
    tracing::info!(copy = %target.display(), "the store was copied before its migration");
    Ok(())
}

fn user_version(path: &Path) -> rusqlite::Result<u32> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)?.query_row("PRAGMA user_version", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
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
