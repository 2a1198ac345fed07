//! The folder of a demonstration, and those that killed demonstrations left behind.
//!
//! A demonstration holds a lock in its folder for as long as it runs; the system releases it when the process ends, also
//! when it is killed. A folder whose lock is free is therefore left over, and the next demonstration removes it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::command_error::CommandError;

/// What the name of each such folder begins with, in the system's folder for temporary files.
const PREFIX: &str = "crm-demo-";
/// The name of the lock's file in it.
const LOCK: &str = "demo.lock";

/// A temporary folder that is removed with this value.
pub(super) struct DemoFolder {
    folder: TempDir,
    /// Closed, and so released, after the folder was removed.
    _lock: File,
}

impl DemoFolder {
    /// Makes one and removes those that are left over.
    ///
    /// # Errors
    /// There is no room for temporary files.
    pub(super) fn make() -> Result<Self, CommandError> {
        Self::make_in(&std::env::temp_dir())
            .map_err(|error| CommandError::failed("there is no folder for temporary files", error))
    }

    fn make_in(temporary: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(temporary)?;
        let lock =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.path().join(LOCK))?;
        lock.try_lock().map_err(io::Error::from)?;
        for left in left_over(temporary, folder.path()) {
            // What cannot be removed now is tried again by the next demonstration.
            if fs::remove_dir_all(&left).is_ok() {
                tracing::debug!(folder = %left.display(), "removed what an earlier demonstration left");
            }
        }
        Ok(Self { folder, _lock: lock })
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// The folders of demonstrations that ended without removing them: ours, of our own user, with a lock that is free.
/// One without a lock's file is just being made.
fn left_over(temporary: &Path, own: &Path) -> Vec<PathBuf> {
    let Ok((entries, metadata)) =
        fs::read_dir(temporary).and_then(|entries| Ok((entries, fs::metadata(own)?)))
    else {
        return Vec::new();
    };
    let folders = entries.flatten().filter(|entry| {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // Of the entry itself: a link to a folder is none.
        is_ours && entry.metadata().is_ok_and(|entry| entry.is_dir() && entry.uid() == metadata.uid())
    });
    folders.map(|entry| entry.path()).filter(|path| path != own && is_free(&path.join(LOCK))).collect()
}

fn is_free(lock: &Path) -> bool {
    File::open(lock).is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_folders_whose_lock_is_free_are_removed() {
        let temporary = tempfile::tempdir().unwrap();
        let at = |name: &str| temporary.path().join(name);
        let make = |name: &str| {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join(LOCK), "").unwrap();
            fs::write(at(name).join("crm.db"), "").unwrap();
        };
        let running = DemoFolder::make_in(temporary.path()).unwrap();
        make("crm-demo-killed");
        make("something-else");
        fs::create_dir(at("crm-demo-being-made")).unwrap();
        symlink(at("something-else"), at("crm-demo-link")).unwrap();
        let next = DemoFolder::make_in(temporary.path()).unwrap();
        assert!(!at("crm-demo-killed").exists());
        for path in [running.path(), next.path(), &at("something-else/crm.db"), &at("crm-demo-being-made")] {
            assert!(path.exists(), "{}", path.display());
        }
        drop((running, next));
        let mut names: Vec<_> =
            fs::read_dir(temporary.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["crm-demo-being-made", "crm-demo-link", "something-else"]);
    }
}
