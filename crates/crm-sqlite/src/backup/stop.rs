//! The way to end a backup that is being made.

use std::ffi::c_int;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use super::error::BackupError;

/// Steps of SQLite's machine between two looks: some milliseconds.
const EVERY: c_int = 100_000;

/// Tells whoever makes or checks a backup to stop. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on, whoever looks at it stops.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// # Errors
    /// [`BackupError::Stopped`] once it was told.
    pub(super) fn look(&self) -> Result<(), BackupError> {
        if self.0.load(Ordering::Relaxed) { Err(BackupError::Stopped) } else { Ok(()) }
    }

    /// Interrupts whatever runs on the connection.
    pub(super) fn watch(&self, conn: &mut Connection) -> rusqlite::Result<()> {
        let told = Arc::clone(&self.0);
        conn.progress_handler(EVERY, Some(move || told.load(Ordering::Relaxed)))
    }
}
