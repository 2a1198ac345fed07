//! Interrupts reads that nobody waits for any more.
//!
//! SQLite asks a connection's progress handler every few steps whether to go on. The handler looks at the limits of the
//! job that runs on the connection now, so an interrupt that comes late never meets the next job. (With
//! `sqlite3_interrupt` it would: it stops whatever runs when it arrives.)

use std::ffi::c_int;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use rusqlite::Connection;

/// Steps of SQLite's machine between two calls of the handler: some tens of microseconds.
const STEPS: c_int = 1_000;

/// Tells a job that its caller has gone. Clones are the same token.
#[derive(Debug, Clone, Default)]
pub(super) struct CancellationToken(Arc<AtomicBool>);

impl CancellationToken {
    /// Cancels the job when the guard is dropped, however that comes.
    pub(super) fn cancel_on_drop(&self) -> CancelOnDrop {
        CancelOnDrop(self.clone())
    }

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// See [`CancellationToken::cancel_on_drop`].
pub(super) struct CancelOnDrop(CancellationToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// When a job is interrupted.
#[derive(Debug)]
pub(super) enum Limit {
    /// Once its caller has gone.
    Cancelled(CancellationToken),
    /// Once this moment has passed.
    Deadline(Instant),
}

impl Limit {
    fn is_reached(&self) -> bool {
        match self {
            Self::Cancelled(token) => token.is_cancelled(),
            Self::Deadline(deadline) => Instant::now() >= *deadline,
        }
    }
}

/// The progress handler of one connection. Without a job it lets everything run.
pub(super) struct Interrupts {
    limit: Arc<Mutex<Option<Limit>>>,
}

impl Interrupts {
    /// Installs the handler.
    pub(super) fn install(conn: &mut Connection) -> rusqlite::Result<Self> {
        let limit = Arc::new(Mutex::new(None));
        let current: Arc<Mutex<Option<Limit>>> = Arc::clone(&limit);
        conn.progress_handler(STEPS, Some(move || current.lock().as_ref().is_some_and(Limit::is_reached)))?;
        Ok(Self { limit })
    }

    /// Sets the limit for what runs until the guard is dropped.
    pub(super) fn limit(&self, limit: Limit) -> Limited<'_> {
        *self.limit.lock() = Some(limit);
        Limited(self)
    }
}

/// See [`Interrupts::limit`].
pub(super) struct Limited<'a>(&'a Interrupts);

impl Drop for Limited<'_> {
    fn drop(&mut self) {
        *self.0.limit.lock() = None;
    }
}
