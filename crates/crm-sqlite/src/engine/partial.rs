//! A file in the making: under a name of its own until it is whole and on the disk.
//!
//! It is readable by its owner alone, locked as long as it is written, and gone if nothing comes of it. What a process
//! left behind that died is not locked any more: [`sweep`] takes it away.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rusqlite::Connection;
use tempfile::{Builder, NamedTempFile};

/// What the name of a file in the making ends with.
const SUFFIX: &str = ".partial";

/// A file in the making. Dropping it removes it.
#[derive(Debug)]
pub struct Partial(NamedTempFile);

impl Partial {
    /// An empty file in the folder of `target`, whose name it begins with. Mode 0600.
    ///
    /// # Errors
    /// The folder takes no file.
    pub fn of(target: &Path) -> io::Result<Self> {
        let target = std::path::absolute(target)?;
        let mut prefix: OsString = target.file_name().ok_or(ErrorKind::IsADirectory)?.to_owned();
        prefix.push(".");
        loop {
            let file = Builder::new().prefix(&prefix).suffix(SUFFIX).tempfile_in(folder_of(&target))?;
            file.as_file().lock()?;
            // Somebody who sweeps may have been quicker than the lock.
            match fs::metadata(file.path()) {
                Ok(named) if named.ino() == file.as_file().metadata()?.ino() => return Ok(Self(file)),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Where it is for now.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The file itself.
    pub fn file(&mut self) -> &mut File {
        self.0.as_file_mut()
    }

    /// Brings it to the disk and gives it its name, which nothing may have.
    ///
    /// # Errors
    /// `AlreadyExists` where something has the name; the file is then gone.
    pub fn take_name(self, target: &Path) -> io::Result<()> {
        self.0.as_file().sync_all()?;
        self.0.persist_noclobber(target).map_err(|error| error.error)?;
        sync_folder(target)
    }

    /// The same in the place of what has the name.
    ///
    /// # Errors
    /// What has the name stays, and the file is gone.
    pub fn replace(self, target: &Path) -> io::Result<()> {
        self.0.as_file().sync_all()?;
        self.0.persist(target).map_err(|error| error.error)?;
        sync_folder(target)
    }
}

/// Copies a whole store, as it is at one moment, into a file that is empty.
///
/// # Errors
/// What SQLite says; `InvalidPath` where the file's path is not UTF-8.
pub(crate) fn vacuum_into(conn: &Connection, partial: &Partial) -> rusqlite::Result<()> {
    let path = partial.path();
    let name = path.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(path.to_owned()))?;
    // It takes an empty file, and leaves its mode alone.
    conn.execute("VACUUM INTO ?1", [name]).map(drop)
}

/// Removes what was in the making when its process died, and says how many there were. `is_ours` is asked for the name
/// that it would have got.
///
/// # Errors
/// The folder cannot be read, or a file not be removed.
pub fn sweep(folder: &Path, is_ours: impl Fn(&str) -> bool) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let target = name.to_str().and_then(|name| name.strip_suffix(SUFFIX)?.rsplit_once('.'));
        if !target.is_some_and(|(target, _)| is_ours(target)) {
            continue;
        }
        let file = match File::open(entry.path()) {
            Ok(file) => file,
            // It has got its name, or is gone.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if file.try_lock().is_ok() {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Brings the names in the folder of a file to the disk.
fn sync_folder(of: &Path) -> io::Result<()> {
    File::open(folder_of(of))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_comes_to_nothing_is_gone_and_what_has_the_name_stays() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x");
        drop(Partial::of(&target).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        fs::write(&target, "first").unwrap();
        let refused = Partial::of(&target).unwrap().take_name(&target).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&target).unwrap(), "first");
        let mut other = Partial::of(&target).unwrap();
        other.file().write_all(b"other").unwrap();
        other.replace(&target).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "other");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn only_what_a_dead_process_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let at_work = Partial::of(&folder.path().join("ours")).unwrap();
        for name in ["ours.aB3dEf.partial", "theirs.aB3dEf.partial", "ours", "ours.partial"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(sweep(folder.path(), |name| name == "ours").unwrap(), 1);
        assert!(at_work.path().exists());
        assert!(!folder.path().join("ours.aB3dEf.partial").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    }
}
