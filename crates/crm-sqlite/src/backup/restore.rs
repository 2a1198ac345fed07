//! A store from a backup, in a place where there is none.

use std::fs::File;
use std::path::Path;

use super::error::BackupError;
use super::make::refuse_if_there;
use super::stop::Stop;
use super::verify::verify;
use super::{Backup, sum};
use crate::engine::location::{beside, prepare_folder};
use crate::engine::lock::ServeLock;
use crate::engine::partial::Partial;

/// What SQLite keeps beside a store. It would be taken for part of the restored one.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Verifies the backup and copies it to `to`, where nothing may be and no server may run. What is copied is summed up
/// once more on its way. Blocks.
///
/// # Errors
/// [`BackupError`]; nothing is left of what was begun but the folder, and the file that servers lock.
pub fn restore(backup: &Path, to: &Path) -> Result<Backup, BackupError> {
    let stop = Stop::default();
    let verified = verify(backup, &stop)?;
    let to = prepare_folder(to).map_err(BackupError::Unfit)?;
    let _lock = ServeLock::acquire(&to).map_err(BackupError::InUse)?;
    refuse_if_there(&to)?;
    for suffix in BESIDE {
        refuse_if_there(&beside(&to, suffix))?;
    }
    let mut partial = Partial::of(&to).map_err(BackupError::file("written", &to))?;
    let mut from = File::open(backup).map_err(BackupError::file("read", backup))?;
    let (_, sha256) = sum::copy(&mut from, partial.file(), backup, &stop)?;
    if sha256 != verified.sha256 {
        return Err(BackupError::Damaged("it changed while it was copied".to_owned()));
    }
    partial.take_name(&to).map_err(BackupError::file("written", &to))?;
    Ok(verified)
}
