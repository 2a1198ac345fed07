//! What the engine has done so far, counted without locks.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The numbers of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Jobs that wait for the writer.
    pub writes_queued: usize,
    /// Jobs that wait for a reader. 0 for a store in memory, where they wait with the writes.
    pub reads_queued: usize,
    /// Jobs that run on readers.
    pub reads_running: usize,
    /// Write jobs that were answered, however they ended.
    pub writes: u64,
    /// Batches that were committed. `writes / batches` is what group commit saves.
    pub batches: u64,
    /// Batches that were lost whole.
    pub batches_lost: u64,
    /// Times that memory was to be loaded anew, mostly because another process had committed.
    pub reloads: u64,
}

/// The counters behind [`Stats`]. All but the running reads are added to by the writer thread only.
#[derive(Debug, Default)]
pub(super) struct Counters {
    reads_running: AtomicUsize,
    writes: AtomicU64,
    batches: AtomicU64,
    batches_lost: AtomicU64,
    reloads: AtomicU64,
}

impl Counters {
    /// Counts a batch and the jobs in it. Called before they are answered, so that who was answered finds
    /// itself counted.
    pub(super) fn batch(&self, jobs: usize, committed: bool) {
        let batches = if committed { &self.batches } else { &self.batches_lost };
        batches.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(u64::try_from(jobs).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Counts a read as running until the guard is dropped.
    pub(super) fn begin_read(&self) -> RunningRead<'_> {
        self.reads_running.fetch_add(1, Ordering::Relaxed);
        RunningRead(self)
    }

    pub(super) fn reload(&self) {
        self.reloads.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn stats(&self, writes_queued: usize, reads_queued: usize) -> Stats {
        Stats {
            writes_queued,
            reads_queued,
            reads_running: self.reads_running.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            batches: self.batches.load(Ordering::Relaxed),
            batches_lost: self.batches_lost.load(Ordering::Relaxed),
            reloads: self.reloads.load(Ordering::Relaxed),
        }
    }
}

/// See [`Counters::begin_read`].
pub(super) struct RunningRead<'a>(&'a Counters);

impl Drop for RunningRead<'_> {
    fn drop(&mut self) {
        self.0.reads_running.fetch_sub(1, Ordering::Relaxed);
    }
}
