//! Backups: the whole store as it was at one moment, in one file with a sum that tells whether it still is that.
//!
//! A backup is a store: everything is in it, the audit log too. Beside it lies its sum, `<file>.sha256`, as
//! `sha256sum -c` reads it. A file that has the name of a backup is whole and on the disk, and so is its sum.

pub mod error;
pub mod make;
pub mod restore;
pub mod stop;
pub mod sum;
pub mod verify;

mod whole;

/// A backup that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// How large it is.
    pub bytes: u64,
    /// Its SHA-256, as hexadecimal digits.
    pub sha256: String,
    /// The schema of the store: the number of its last migration.
    pub schema: u32,
}
