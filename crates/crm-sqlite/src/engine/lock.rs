//! One server for one store: a lock that `serve` holds as long as it runs.
//!
//! Commands beside a running server do not take it; they only write through SQLite's own locks. A second
//! server would answer from memory that does not know of the first one's commits for half a second.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use super::error::OpenError;
use super::location::{beside, options, prepare_folder};

/// Why the lock was not given. The texts are written for who started the program.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another server runs on the store.
    #[error("another server{} already serves this store", .pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Held {
        /// Its process, where the file says so.
        pid: Option<u32>,
    },
    /// The store's folder cannot hold a store.
    #[error(transparent)]
    Folder(OpenError),
    /// The lock's file could not be made, locked or written.
    #[error("the lock beside the store cannot be taken")]
    File(#[source] io::Error),
}

/// Held by the server that serves a store. The system gives it up with the process, however that ends.
#[derive(Debug)]
pub struct ServeLock {
    file: File,
}

impl ServeLock {
    /// Locks `<store>.serve.lock`, which stays behind when the lock is given up, and writes the process' id
    /// into it. `store` is the path of the store's file, which need not exist yet.
    ///
    /// # Errors
    /// [`LockError::Held`] when another server has it; the others when the folder or the file is unusable.
    pub fn acquire(store: &Path) -> Result<Self, LockError> {
        let path = beside(&prepare_folder(store).map_err(LockError::Folder)?, ".serve.lock");
        let mut file = options().read(true).write(true).open(path).map_err(LockError::File)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held { pid: read_pid(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(LockError::File(error)),
        }
        let lock = Self { file };
        lock.write(&format!("{}\n", std::process::id())).map_err(LockError::File)?;
        Ok(lock)
    }

    /// Whether a server holds the lock of the store at this path. Takes nothing and makes nothing.
    pub fn is_held(store: &Path) -> bool {
        let store = std::fs::canonicalize(store).unwrap_or_else(|_| store.to_owned());
        let Ok(file) = File::open(beside(&store, ".serve.lock")) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let mut file = &self.file;
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(text.as_bytes())
    }
}

impl Drop for ServeLock {
    fn drop(&mut self) {
        // Only a courtesy to who looks at the file; the lock goes with the file handle.
        drop(self.write(""));
    }
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
