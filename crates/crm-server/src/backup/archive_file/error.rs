//! Why an archive was not written or cannot be read.

use std::io::{self, ErrorKind};

use crm_app::archive::lines::Unwritable;
use crm_app::error::StoreError;
use thiserror::Error;

/// Why an archive was not written or cannot be read.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// The system does not let us.
    #[error("the file cannot be read or written")]
    Io(#[from] io::Error),
    /// A record cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// It is something else.
    #[error("it is no archive, or damaged in its first line")]
    NoArchive,
    /// It is of a version that was not there when this program was made.
    #[error("it is an archive of format {0}, which a newer version reads")]
    Newer(u64),
    /// It is not what was written.
    #[error("it is damaged: {why} (line {line})")]
    Damaged {
        /// Where that was found.
        line: u64,
        /// What was found.
        why: &'static str,
    },
    /// Nobody receives what is read.
    #[error("nobody receives what is read")]
    NobodyReceives,
}

impl From<ArchiveError> for StoreError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Io(error) if error.kind() == ErrorKind::StorageFull => Self::Full,
            ArchiveError::Damaged { line, .. } => {
                Self::Corrupt { what: "archive", id: format!("at line {line}"), cause: error.into() }
            }
            other @ (ArchiveError::Io(_)
            | ArchiveError::Unwritable(_)
            | ArchiveError::NoArchive
            | ArchiveError::Newer(_)
            | ArchiveError::NobodyReceives) => Self::Unavailable(other.into()),
        }
    }
}
