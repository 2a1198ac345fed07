//! What makes a store unfit to be written until it is opened again: damage, or a file that is not where it was.
//!
//! The first fault is latched. From then on every batch of writes is refused and the store is not ready; reads go on, as
//! what they find may be all that is left. A moved file could come back, but another process may have written it
//! meanwhile, beside this one's log and locks: so only opening the store again ends a fault.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::error::{Cause, EngineError};
use super::location::beside;

/// How often the log is reminded of a fault.
const REMIND_EVERY: Duration = Duration::from_mins(1);
/// What SQLite keeps beside a store while it is open.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Why a store is not written any more.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// SQLite found the file damaged, or no database any more.
    #[error("the store's file is damaged")]
    Damaged(#[source] Arc<rusqlite::Error>),
    /// The store's file, or one that SQLite keeps beside it, has gone from its path.
    #[error("{} was moved or removed while the store was open", .path.display())]
    Gone {
        /// Where it was.
        path: PathBuf,
    },
    /// Another file is at the path.
    #[error("{} was replaced by another file while the store was open", .path.display())]
    Replaced {
        /// Where it was.
        path: PathBuf,
    },
    /// The file has no content any more.
    #[error("{} was emptied while the store was open", .path.display())]
    Emptied {
        /// Where it is.
        path: PathBuf,
    },
}

/// The first fault of an open store, and the files by which others are found.
pub(super) struct FaultLatch {
    fault: OnceLock<Arc<Fault>>,
    files: Vec<OpenFile>,
    reminded: Mutex<Instant>,
}

/// A file that the store has open.
struct OpenFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl FaultLatch {
    /// Remembers which files are open. `configured` is the path that the store was opened by, `resolved` the same
    /// without links; for a store in memory there are no files.
    pub(super) fn new(files: Option<(&Path, &Path)>) -> io::Result<Self> {
        let mut open = Vec::new();
        if let Some((configured, resolved)) = files {
            open.push(OpenFile::at(configured.to_owned())?);
            for suffix in BESIDE {
                open.push(OpenFile::at(beside(resolved, suffix))?);
            }
        }
        Ok(Self { fault: OnceLock::new(), files: open, reminded: Mutex::new(Instant::now()) })
    }

    /// Refuses if there is a fault, and looks whether the files are where they were.
    ///
    /// # Errors
    /// [`Cause::Fault`]; [`Cause::File`] where a file cannot be looked at just now.
    pub(super) fn check(&self) -> Result<(), EngineError> {
        if self.fault.get().is_none() {
            for file in &self.files {
                match file.compare() {
                    Ok(None) => {}
                    Ok(Some(fault)) => self.latch(fault),
                    Err(error) => {
                        return Err(EngineError::Unavailable(Cause::File(Arc::new(error))));
                    }
                }
            }
        }
        match self.fault.get() {
            None => Ok(()),
            Some(fault) => Err(EngineError::Unavailable(Cause::Fault(Arc::clone(fault)))),
        }
    }

    /// Latches the fault if SQLite has found damage.
    pub(super) fn note(&self, error: &EngineError) {
        if let Some(damage) = error.damage() {
            self.latch(Fault::Damaged(Arc::clone(damage)));
        }
    }

    /// The same for what SQLite said outside of a job.
    pub(super) fn note_statement(&self, error: &rusqlite::Error) {
        if let Some(failure) = error.sqlite_error() {
            let text = Some(error.to_string());
            self.note(&EngineError::of_statement(rusqlite::Error::SqliteFailure(*failure, text)));
        }
    }

    /// The fault, if there is one.
    pub(super) fn fault(&self) -> Option<&Fault> {
        self.fault.get().map(AsRef::as_ref)
    }

    /// Logs the fault again if that is due.
    pub(super) fn remind(&self) {
        let Some(fault) = self.fault() else { return };
        let mut reminded = self.reminded.lock();
        if reminded.elapsed() >= REMIND_EVERY {
            *reminded = Instant::now();
            log(fault);
        }
    }

    fn latch(&self, fault: Fault) {
        if self.fault.set(Arc::new(fault)).is_ok()
            && let Some(fault) = self.fault()
        {
            *self.reminded.lock() = Instant::now();
            log(fault);
        }
    }
}

impl OpenFile {
    fn at(path: PathBuf) -> io::Result<Self> {
        let found = fs::metadata(&path)?;
        Ok(Self { path, device: found.dev(), inode: found.ino() })
    }

    fn compare(&self) -> io::Result<Option<Fault>> {
        let path = || self.path.clone();
        match fs::metadata(&self.path) {
            Ok(found) if !self.is(&found) => Ok(Some(Fault::Replaced { path: path() })),
            Ok(found) if found.len() == 0 && !is_log(&self.path) => Ok(Some(Fault::Emptied { path: path() })),
            Ok(_) => Ok(None),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Ok(Some(Fault::Gone { path: path() }))
            }
            Err(error) => Err(error),
        }
    }

    fn is(&self, found: &Metadata) -> bool {
        (self.device, self.inode) == (found.dev(), found.ino())
    }
}

/// A write-ahead log is empty after a checkpoint.
fn is_log(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"-wal")
}

fn log(fault: &Fault) {
    let error: &dyn std::error::Error = fault;
    tracing::error!(
        error,
        "writes are refused until the server is started again on a store that is whole and in its place"
    );
}
