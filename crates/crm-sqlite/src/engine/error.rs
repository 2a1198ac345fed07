//! What can go wrong: while opening, while working, and inside a job.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::ErrorCode;
use rusqlite::ffi;

use super::fault::Fault;

/// Why a store could not be opened. The texts are written for who started the program.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or the file could not be created or reached.
    #[error("the store's file cannot be created or reached")]
    File(#[source] io::Error),
    /// Locks and shared memory, on which the write-ahead log rests, do not hold over a network.
    #[error("the store lies on a network file system ({kind}); it needs a local disk")]
    NetworkFileSystem {
        /// The file system's name.
        kind: &'static str,
    },
    /// The file is something else altogether.
    #[error("the file is not a database")]
    NotADatabase(#[source] rusqlite::Error),
    /// An SQLite file of another program, left as it was.
    #[error("the file is a database of another program (application id {application_id})")]
    Foreign {
        /// What the file says it belongs to; 0 for a file that does not say.
        application_id: i32,
    },
    /// Written by a newer version of this program, left as it was.
    #[error(
        "the store has schema {found} of a newer version, and this version knows schemas up to {known}; use the newer \
         version"
    )]
    NewerSchema {
        /// The number of the last migration the file went through.
        found: u32,
        /// The number of the last migration this program has.
        known: u32,
    },
    /// Written by an older version of this program, and not to be migrated by whoever opens it. Left as it was.
    #[error(
        "the store has schema {found}, and this version needs schema {needed}; start the server or run \
         `crm-server store migrate`"
    )]
    OlderSchema {
        /// The number of the last migration the file went through.
        found: u32,
        /// The number of the last migration this program has.
        needed: u32,
    },
    /// Its search keys were made by another version of this program, and are not to be rebuilt by whoever opens it.
    #[error(
        "the store's search keys were made by another version; start the server or run `crm-server store migrate`"
    )]
    OutdatedSearchKeys,
    /// The write-ahead log of a store is there without the store. It may hold what was acknowledged, and would be lost if a
    /// new store were made beside it.
    #[error(
        "{} is the log of a store whose file was moved or removed; put the file back beside it, or move the log away",
        .log.display()
    )]
    LogWithoutStore {
        /// The log.
        log: PathBuf,
    },
    /// There is no store, and none was to be made.
    #[error("there is no store")]
    NoStore,
    /// The copy that is made before an existing store is migrated failed; the store is as it was.
    #[error("the copy of the store before its migration cannot be made")]
    Copy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A migration failed and was rolled back.
    #[error("migration {number} failed and was rolled back")]
    Migration {
        /// The migration's number.
        number: u32,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// A setting on which durability rests was asked for and did not take.
    #[error("the setting {setting} did not take: it is {found}")]
    NotDurable {
        /// The PRAGMA's name.
        setting: &'static str,
        /// What it was when read back.
        found: String,
    },
    /// Anything else that SQLite said while the store was opened.
    #[error("the store cannot be opened")]
    Sqlite(#[source] rusqlite::Error),
    /// What whoever opens the store holds in memory could not be read from it.
    #[error("what is held in memory cannot be read from the store")]
    Load(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The system gave no thread.
    #[error("the store's threads cannot be started")]
    Thread(#[source] io::Error),
}

/// Why the store could not do its work. Clones are cheap: a lost batch answers every job of it alike.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// No room on the disk. Nothing was applied; reads still work.
    #[error("the disk that holds the store is full")]
    Full(#[source] Arc<rusqlite::Error>),
    /// Busy, closed, or the file cannot be reached just now. Nothing was applied.
    #[error("the store is not available")]
    Unavailable(#[source] Cause),
    /// The disk failed or the file went away while the batch was committed: whether it is kept shows when the store is
    /// opened again.
    #[error("it is not known whether the commit is kept")]
    Unsure(#[source] Cause),
    /// The file itself is damaged.
    #[error("the store's file is damaged")]
    Damaged(#[source] Arc<rusqlite::Error>),
    /// A statement that should not fail did: a defect of this program. Nothing was applied.
    #[error("a statement of the store failed")]
    Defect(#[source] Arc<rusqlite::Error>),
    /// The job panicked: a defect of this program. Nothing was applied.
    #[error("a job of the store panicked")]
    Panicked,
}

/// What makes a store unavailable.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Cause {
    /// The queue had no room for as long as a caller may wait.
    #[error("the queue stayed full")]
    QueueFull,
    /// A reader was not done with it in time.
    #[error("the store did not answer in time")]
    Late,
    /// The engine has stopped, or stopped before it came to the job.
    #[error("the store is closed")]
    Closed,
    /// The store is damaged or its file is not where it was: it is not written until it is opened again.
    #[error(transparent)]
    Fault(Arc<Fault>),
    /// A file of the store could not be looked at.
    #[error("a file of the store cannot be reached")]
    File(#[source] Arc<io::Error>),
    /// A job ended the transaction it was only a guest in.
    #[error("the transaction of the batch was ended by one of its jobs")]
    TransactionLost,
    /// What SQLite said.
    #[error(transparent)]
    Sqlite(Arc<rusqlite::Error>),
}

/// How a job ends when it has no answer.
#[derive(Debug)]
pub enum JobError<E> {
    /// The job decided against it: the caller gets `E` as it is.
    Refused(E),
    /// SQLite failed under the job: the caller gets an [`EngineError`].
    Failed(rusqlite::Error),
}

/// Lets a job put `?` behind a statement.
impl<E> From<rusqlite::Error> for JobError<E> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

impl EngineError {
    /// Sorts what SQLite said while a job ran.
    pub(super) fn of_statement(error: rusqlite::Error) -> Self {
        let Some(failure) = error.sqlite_error().copied() else {
            return Self::Defect(Arc::new(error));
        };
        if is_full(failure) {
            Self::Full(Arc::new(error))
        } else if is_damage(failure.code) {
            Self::Damaged(Arc::new(error))
        } else if failure.code == ErrorCode::OperationInterrupted {
            // Only jobs whose time is over or whose caller has gone are interrupted.
            Self::Unavailable(Cause::Late)
        } else if is_passing(failure.code) {
            Self::Unavailable(Cause::Sqlite(Arc::new(error)))
        } else {
            Self::Defect(Arc::new(error))
        }
    }

    /// Sorts what SQLite said to BEGIN, SAVEPOINT or COMMIT. These have no defects of their own: whatever it
    /// is, the batch could not be kept.
    pub(super) fn of_transaction(error: rusqlite::Error) -> Self {
        Self::of_statement(error).for_all()
    }

    /// Sorts what SQLite said to COMMIT.
    pub(super) fn of_commit(error: rusqlite::Error) -> Self {
        let sorted = Self::of_transaction(error);
        match sorted {
            Self::Unavailable(Cause::Sqlite(error))
                if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) =>
            {
                Self::Unsure(Cause::Sqlite(error))
            }
            Self::Damaged(error) => Self::Unsure(Cause::Sqlite(error)),
            sorted @ (Self::Full(_)
            | Self::Unavailable(_)
            | Self::Unsure(_)
            | Self::Defect(_)
            | Self::Panicked) => sorted,
        }
    }

    /// Whether this stands for no answer: a lock that another process does not give back, or a disk that takes too long.
    /// A queue that is full stands for too many questions.
    pub(crate) fn is_silence(&self) -> bool {
        match self {
            Self::Unavailable(Cause::Late) => true,
            Self::Unavailable(Cause::Sqlite(error)) => {
                matches!(
                    error.sqlite_error_code(),
                    Some(
                        ErrorCode::DatabaseBusy
                            | ErrorCode::DatabaseLocked
                            | ErrorCode::FileLockingProtocolFailed
                    )
                )
            }
            Self::Unavailable(
                Cause::QueueFull | Cause::Closed | Cause::Fault(_) | Cause::File(_) | Cause::TransactionLost,
            )
            | Self::Full(_)
            | Self::Unsure(_)
            | Self::Damaged(_)
            | Self::Defect(_)
            | Self::Panicked => false,
        }
    }

    /// What a fault that shows after the commit leaves open.
    pub(super) fn after_commit(self) -> Self {
        match self {
            Self::Unavailable(cause) => Self::Unsure(cause),
            same
            @ (Self::Full(_) | Self::Unsure(_) | Self::Damaged(_) | Self::Defect(_) | Self::Panicked) => same,
        }
    }

    /// What SQLite said if it found the file damaged.
    pub(super) fn damage(&self) -> Option<&Arc<rusqlite::Error>> {
        let error = match self {
            Self::Damaged(error)
            | Self::Unsure(Cause::Sqlite(error))
            | Self::Unavailable(Cause::Sqlite(error)) => error,
            Self::Full(_) | Self::Unavailable(_) | Self::Unsure(_) | Self::Defect(_) | Self::Panicked => {
                return None;
            }
        };
        error.sqlite_error_code().is_some_and(is_damage).then_some(error)
    }

    /// The same error as the other jobs of the batch hear it, whose fault it was not.
    pub(super) fn for_all(self) -> Self {
        match self {
            Self::Defect(error) => Self::Unavailable(Cause::Sqlite(error)),
            Self::Panicked => Self::Unavailable(Cause::TransactionLost),
            same @ (Self::Full(_) | Self::Unavailable(_) | Self::Unsure(_) | Self::Damaged(_)) => same,
        }
    }
}

/// The shared-memory file that cannot grow is told as an I/O error, and is a full disk all the same.
fn is_full(failure: ffi::Error) -> bool {
    failure.code == ErrorCode::DiskFull || failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE
}

fn is_damage(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
}

/// What may be otherwise the next time.
fn is_passing(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::CannotOpen
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OperationAborted
            | ErrorCode::OutOfMemory
            | ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly
            | ErrorCode::SchemaChanged
            | ErrorCode::SystemIoFailure
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn a_full_disk_is_told_from_a_failing_one_and_from_a_defect() {
        let of = |code| EngineError::of_statement(said(code));
        assert!(matches!(of(ffi::SQLITE_FULL), EngineError::Full(_)));
        assert!(matches!(of(ffi::SQLITE_IOERR_SHMSIZE), EngineError::Full(_)));
        assert!(matches!(of(ffi::SQLITE_IOERR_FSYNC), EngineError::Unavailable(_)));
        assert!(matches!(of(ffi::SQLITE_BUSY_SNAPSHOT), EngineError::Unavailable(_)));
        assert!(matches!(of(ffi::SQLITE_CORRUPT_VTAB), EngineError::Damaged(_)));
        assert!(matches!(of(ffi::SQLITE_CONSTRAINT_UNIQUE), EngineError::Defect(_)));
        assert!(matches!(
            EngineError::of_statement(rusqlite::Error::QueryReturnedNoRows),
            EngineError::Defect(_)
        ));
    }

    #[test]
    fn after_a_disk_that_failed_during_the_commit_the_outcome_is_unknown() {
        let of = |code| EngineError::of_commit(said(code));
        assert!(matches!(of(ffi::SQLITE_IOERR_FSYNC), EngineError::Unsure(_)));
        assert!(matches!(of(ffi::SQLITE_IOERR_SHMSIZE), EngineError::Full(_)));
        assert!(matches!(of(ffi::SQLITE_BUSY), EngineError::Unavailable(_)));
        let damaged = of(ffi::SQLITE_CORRUPT);
        assert!(matches!(damaged, EngineError::Unsure(_)) && damaged.damage().is_some());
    }

    #[test]
    fn a_refused_commit_is_never_called_a_defect() {
        let of = |code| EngineError::of_commit(said(code));
        assert!(matches!(of(ffi::SQLITE_FULL), EngineError::Full(_)));
        assert!(matches!(of(ffi::SQLITE_CONSTRAINT_FOREIGNKEY), EngineError::Unavailable(_)));
    }
}
