//! Notices what other processes commit (`user disable` beside a server), so that memory can follow.
//!
//! `PRAGMA data_version` changes on a connection when, and only when, some *other* connection has committed.
//! On the writer's connection that means another process, as nothing else of ours writes. The writer thread
//! asks between two batches; so the reload never crosses a commit of our own.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::fault::FaultLatch;

/// What the store above the engine wants to be called for.
pub struct Hooks {
    /// Another process has committed: load anew what is held in memory. Runs on the writer thread, between
    /// two batches, and sees one snapshot. Called again at the next look when it fails.
    pub on_foreign_change: OnForeignChange,
}

/// See [`Hooks::on_foreign_change`].
pub type OnForeignChange = Box<dyn FnMut(&Connection) -> Result<(), Box<dyn Error + Send + Sync>> + Send>;

impl Default for Hooks {
    /// Nothing is held in memory, and nothing has to follow.
    fn default() -> Self {
        Self { on_foreign_change: Box::new(|_| Ok(())) }
    }
}

/// The last look, and when the next one is due.
pub(super) struct Watch {
    hooks: Hooks,
    every: Duration,
    due: Instant,
    /// The version that memory has followed to; `None` when it must be loaded anew in any case.
    followed: Option<i64>,
}

impl Watch {
    /// Takes note of the store as it is. Whatever is loaded into memory later is at least as new.
    pub(super) fn new(conn: &Connection, hooks: Hooks, every: Duration) -> rusqlite::Result<Self> {
        Ok(Self { hooks, every, due: Instant::now() + every, followed: Some(data_version(conn)?) })
    }

    /// How long until the next look; zero when it is due.
    pub(super) fn due_in(&self) -> Duration {
        self.due.saturating_duration_since(Instant::now())
    }

    /// Has memory loaded anew now, whatever the version says.
    pub(super) fn force(&mut self) {
        self.followed = None;
        self.due = Instant::now();
    }

    /// Looks, has memory loaded anew where it may lag behind, and says whether it had to. Calls `before` first if so.
    /// Damage that it meets is latched.
    pub(super) fn poll(&mut self, conn: &Connection, latch: &FaultLatch, before: impl FnOnce()) -> bool {
        self.due = Instant::now() + self.every;
        // Asked before the hook reads: what is committed in between is found at the next look.
        let version = match data_version(conn) {
            Ok(version) => version,
            Err(error) => {
                latch.note_statement(&error);
                tracing::warn!(%error, "cannot tell whether another process has changed the store");
                return false;
            }
        };
        if self.followed == Some(version) {
            return false;
        }
        before();
        match self.call(conn) {
            Ok(()) => self.followed = Some(version),
            Err(error) => {
                if let Some(error) = error.downcast_ref() {
                    latch.note_statement(error);
                }
                tracing::error!(error, "memory could not follow a change of the store; trying again");
            }
        }
        true
    }

    fn call(&mut self, conn: &Connection) -> Result<(), Box<dyn Error + Send + Sync>> {
        conn.execute_batch("BEGIN DEFERRED")?;
        let hook = &mut self.hooks.on_foreign_change;
        let called = catch_unwind(AssertUnwindSafe(|| hook(conn)));
        conn.execute_batch("ROLLBACK")?;
        called.unwrap_or_else(|_| Err("the hook panicked".into()))
    }
}

fn data_version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}
