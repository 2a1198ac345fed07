//! The copy of a store before it is migrated: the way back to the version that wrote it. The newest few are kept.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, OpenFlags};

use crate::engine::error::OpenError;
use crate::engine::location::beside;
use crate::engine::partial::{Partial, vacuum_into};

/// How many copies stay, the one that was just made among them.
const KEPT: usize = 2;
/// What stands between the name of the store and the number of the migration.
const BEFORE: &str = ".before-";

/// Copies the store to `<file>.before-NNNN`, where NNNN is the first migration it still lacks.
///
/// The copy has its name only once it is whole and on the disk. It replaces an older one of that name: a
/// migration that failed then, and is tried again now, starts from what has been written since.
///
/// # Errors
/// [`OpenError::Copy`]; nothing has changed, and no half copy is left behind.
pub(super) fn before(conn: &Connection, path: &Path, first: u32) -> Result<(), OpenError> {
    let made = beside(path, &format!("{BEFORE}{first:04}"));
    copy(conn, &made, first).map_err(OpenError::Copy)?;
    // The migration does not depend on it, and the next one tries it again.
    if let Err(error) = prune(path, &made) {
        tracing::warn!(%error, "older copies of the store cannot be removed");
    }
    Ok(())
}

/// Removes the oldest copies beside the store beyond the newest [`KEPT`], and never the one that was just `made`.
fn prune(store: &Path, made: &Path) -> io::Result<()> {
    let mut older: Vec<(SystemTime, PathBuf)> = Vec::new();
    let Some(folder) = store.parent() else { return Ok(()) };
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if path != made && is_copy_of(store, &entry.file_name()) && entry.file_type()?.is_file() {
            older.push((entry.metadata()?.modified()?, path));
        }
    }
    older.sort_unstable();
    let beyond = older.len().saturating_sub(KEPT - 1);
    for (_, path) in older.into_iter().take(beyond) {
        fs::remove_file(&path)?;
        tracing::info!(copy = %path.display(), "an older copy of the store was removed");
    }
    Ok(())
}

/// Whether this is exactly a name that [`before`] gives.
fn is_copy_of(store: &Path, name: &OsStr) -> bool {
    let (Some(store), Some(name)) = (store.file_name().and_then(OsStr::to_str), name.to_str()) else {
        return false;
    };
    let number = name.strip_prefix(store).and_then(|rest| rest.strip_prefix(BEFORE));
    number.is_some_and(|number| number.len() == 4 && number.bytes().all(|digit| digit.is_ascii_digit()))
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

    #[test]
    fn the_newest_two_copies_stay_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let conn = Connection::open(&path).unwrap();
        conn.pragma_update(None, "user_version", 1).unwrap();
        let others =
            ["crm.db.before-0001.bak", "crm.db.before-1", "other.db.before-0001", "crm.db.before-abcd"];
        for other in others {
            fs::write(folder.path().join(other), "x").unwrap();
        }
        // One that a clock that was ahead has left is not newer than the one that is made.
        let ahead = folder.path().join("crm.db.before-0009");
        fs::write(&ahead, "x").unwrap();
        let future = SystemTime::UNIX_EPOCH + std::time::Duration::from_hours(24 * 365 * 90);
        fs::File::options().write(true).open(&ahead).unwrap().set_modified(future).unwrap();
        for number in 2..6 {
            before(&conn, &path, number).unwrap();
        }
        let mut expected: Vec<String> = others.map(str::to_owned).to_vec();
        expected.extend(["crm.db", "crm.db.before-0005", "crm.db.before-0009"].map(str::to_owned));
        expected.sort();
        assert_eq!(crm_testkit::files::names(folder.path()), expected);
        fs::remove_file(&ahead).unwrap();
        before(&conn, &path, 6).unwrap();
        before(&conn, &path, 7).unwrap();
        let kept = ["crm.db.before-0006", "crm.db.before-0007"].map(|name| folder.path().join(name).exists());
        assert_eq!((kept, folder.path().join("crm.db.before-0005").exists()), ([true, true], false));
    }
}
