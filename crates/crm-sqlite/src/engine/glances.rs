//! Reads that are over in microseconds, done by whoever asks: handing one to a reader thread and its answer back costs
//! more than the read itself.
//!
//! Beginning and ending a snapshot costs much of such a read, too: SQLite locks a file for it, and a mutex that all
//! connections share. A connection therefore keeps its snapshot from one read to the next:
//! - As long as our own writer has begun no batch since: to whoever writes here it is as good as a new one.
//! - For no longer than [`Options::snapshot_kept`], for the sake of what other processes commit.
//!
//! A snapshot that is kept does not hold up the write-ahead log: before each batch the writer ends those that nobody
//! uses, and from time to time those that nobody has used for long.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rusqlite::Connection;

use super::cancellation::Limit;
use super::connection::Reads;
use super::error::{JobError, OpenError};
use super::fault::FaultLatch;
use super::job::Answer;
use super::options::Options;
use super::readers::{Reader, attempt, begin_snapshot, end_snapshot};

/// Connections that cannot write, of which whoever reads takes one for that long.
#[derive(Default)]
pub(super) struct Glances {
    idle: Mutex<Vec<Glance>>,
    /// Even between two batches of the writer, odd during one; each batch has numbers of its own.
    batches: AtomicU64,
    /// How long a snapshot serves.
    kept: Duration,
}

/// A connection, and what its open snapshot shows if it has one.
struct Glance {
    reader: Reader,
    kept: Option<Kept>,
}

/// A snapshot that was begun at this time, between two batches.
struct Kept {
    between: u64,
    since: Instant,
}

/// No snapshot is kept as long as this lives.
pub(super) struct Paused<'a>(&'a Glances);

impl Glances {
    /// Opens the connections. The file exists and has its schema.
    pub(super) fn open(path: &Path, options: &Options) -> Result<Self, OpenError> {
        let open = |_| Ok(Glance { reader: Reader::open(path, options, Reads::Short)?, kept: None });
        let idle = (0..options.glances).map(open).collect::<Result<_, _>>()?;
        Ok(Self { idle: Mutex::new(idle), batches: AtomicU64::new(0), kept: options.snapshot_kept })
    }

    /// Runs a job all of whose statements see one state on the thread of the caller, or gives it back if all connections are
    /// taken. It is interrupted at the deadline, as nobody can give up waiting on this thread.
    pub(super) fn run<T, E, F>(
        &self,
        deadline: Instant,
        latch: &FaultLatch,
        job: F,
    ) -> Result<Answer<T, E>, F>
    where
        F: FnOnce(&Connection) -> Result<T, JobError<E>>,
    {
        let Some(mut glance) = self.idle.lock().pop() else { return Err(job) };
        let batches = self.batches.load(Ordering::Acquire);
        glance.renew(batches, self.kept);
        let begin = glance.kept.is_none();
        // Before the snapshot is begun, so that it is never taken for younger than it is.
        let kept = glance.kept.take().unwrap_or_else(|| Kept { between: batches, since: Instant::now() });
        let limited = glance.reader.interrupts.limit(Limit::Deadline(deadline));
        let answer = attempt(&glance.reader.conn, latch, |conn| {
            if begin {
                begin_snapshot(conn)?;
            }
            job(conn)
        });
        drop(limited);
        if answer.is_ok() && !glance.reader.conn.is_autocommit() {
            glance.kept = Some(kept);
        } else {
            end_snapshot(&glance.reader.conn);
        }
        self.put_back(glance);
        Ok(answer)
    }

    /// Ends what is kept and lets nothing be kept until what it gives is dropped: a commit must find no snapshot of the state
    /// before it but those that are being read.
    pub(super) fn pause(&self) -> Paused<'_> {
        self.batches.fetch_add(1, Ordering::AcqRel);
        self.end(|_| true);
        Paused(self)
    }

    /// Ends what nobody has used for long.
    pub(super) fn tidy(&self) {
        self.end(|kept| kept.is_older_than(self.kept));
    }

    /// Closes the connections that nobody uses.
    pub(super) fn close(&self) {
        self.idle.lock().clear();
    }

    fn end(&self, which: impl Fn(&Kept) -> bool) {
        for glance in self.idle.lock().iter_mut() {
            if glance.kept.as_ref().is_some_and(&which) {
                glance.end();
            }
        }
    }

    fn put_back(&self, mut glance: Glance) {
        glance.renew(self.batches.load(Ordering::Acquire), self.kept);
        let mut idle = self.idle.lock();
        // Again, as a batch may have begun and the writer looked through those that are idle just before.
        glance.renew(self.batches.load(Ordering::Acquire), self.kept);
        idle.push(glance);
    }
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        self.0.batches.fetch_add(1, Ordering::AcqRel);
    }
}

impl Glance {
    /// Ends the snapshot unless it shows what a new one would.
    fn renew(&mut self, batches: u64, at_most: Duration) {
        let serves = |kept: &Kept| {
            kept.between == batches && batches.is_multiple_of(2) && !kept.is_older_than(at_most)
        };
        if !self.kept.as_ref().is_none_or(serves) {
            self.end();
        }
    }

    fn end(&mut self) {
        self.kept = None;
        end_snapshot(&self.reader.conn);
    }
}

impl Kept {
    fn is_older_than(&self, time: Duration) -> bool {
        self.since.elapsed() >= time
    }
}
