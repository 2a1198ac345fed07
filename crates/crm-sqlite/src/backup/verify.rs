//! Whether a backup still is what was written.

use std::path::Path;

use super::error::BackupError;
use super::stop::Stop;
use super::{Backup, sum, whole};

/// Compares the backup with its sum, byte by byte, and checks that it is a whole store which this version can open.
/// Nothing is written, and nothing comes to lie beside it. Blocks.
///
/// # Errors
/// [`BackupError`]: what is wrong with it.
pub fn verify(backup: &Path, stop: &Stop) -> Result<Backup, BackupError> {
    let expected = sum::read(backup)?;
    let (bytes, sha256) = sum::of_file(backup, stop)?;
    if sha256 != expected {
        return Err(BackupError::Damaged(format!("its SHA-256 is {sha256} and should be {expected}")));
    }
    let schema = whole::check(backup, stop)?;
    Ok(Backup { bytes, sha256, schema })
}
