//! What kind of backup a file is.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::archive_file;
use crate::command_error::CommandError;

/// What a store of SQLite begins with.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// What kind of backup a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// An embedded store.
    Store,
    /// An archive of records.
    Archive,
}

impl Format {
    /// Told from the file's first bytes.
    ///
    /// # Errors
    /// It cannot be read, or is neither.
    pub(super) fn of(file: &Path) -> Result<Self, CommandError> {
        let shown = file.display();
        let mut first = Vec::new();
        let read = File::open(file).and_then(|file| file.take(16).read_to_end(&mut first));
        read.map_err(|error| CommandError::failed(format!("{shown} cannot be read"), error))?;
        if first == SQLITE {
            Ok(Self::Store)
        } else if first.starts_with(archive_file::BEGINS) {
            Ok(Self::Archive)
        } else {
            let why = "it is no backup of this program, or damaged at its beginning";
            Err(CommandError::failed(format!("{shown} is not good"), why))
        }
    }
}
