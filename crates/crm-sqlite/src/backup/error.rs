//! Why a backup was not made, is not good, or was not restored.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::engine::error::OpenError;
use crate::engine::lock::LockError;

/// Why a backup was not made, is not good, or was not restored. The texts are written for operators.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Something is where the backup, or the restored store, would be. It was left as it was.
    #[error("{} is there already and was left as it was", .0.display())]
    Exists(PathBuf),
    /// There is no store to make a backup of.
    #[error("there is no store at {}", .0.display())]
    NoStore(PathBuf),
    /// A file of sums cannot name it.
    #[error("{} is no name for a backup: letters, digits and plain signs only", .0.display())]
    BadName(PathBuf),
    /// The sum beside the backup is missing or not what this program writes.
    #[error("its sum {} {why}", .path.display())]
    Sum {
        /// The file of the sum.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It is not what was written.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// It is no store of this program, or of a newer version.
    #[error(transparent)]
    Unfit(OpenError),
    /// A server runs on the store that would be written.
    #[error("the store is in use")]
    InUse(#[source] LockError),
    /// The system does not let us.
    #[error("{} cannot be {what}", .path.display())]
    File {
        /// What was to be done.
        what: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// SQLite could not copy or check the store.
    #[error("the store cannot be {what}")]
    Sqlite {
        /// What was to be done.
        what: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// It was told to stop before it was done.
    #[error("it was told to stop")]
    Stopped,
}

impl BackupError {
    /// What the system said about a file.
    pub(super) fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| {
            if source.kind() == io::ErrorKind::AlreadyExists {
                Self::Exists(path)
            } else {
                Self::File { what, path, source }
            }
        }
    }

    /// What SQLite said. It is interrupted only by being told to stop.
    pub(super) fn sqlite(what: &'static str) -> impl Fn(rusqlite::Error) -> Self {
        move |source| match source.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Self::Stopped,
            Some(_) | None => Self::Sqlite { what, source },
        }
    }
}
