//! How an engine is run. The defaults are those of a server; tests shrink them.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Duration;

use crm_app::breaker::BreakerRules;
use crm_app::open_mode::OpenMode;

/// When a COMMIT counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// Once it is on the disk. The only choice for data someone wants to keep.
    Full,
    /// Once it is with the operating system: the last commits are lost with the power. For tests.
    Normal,
}

/// Sizes and limits of an engine.
#[derive(Debug, Clone)]
pub struct Options {
    /// What opening may change about the schema.
    pub mode: OpenMode,
    /// Reader threads, at least one. Without meaning for a store in memory.
    pub readers: usize,
    /// The most short reads that callers do themselves at one time: as many as there are threads that ask. Without meaning
    /// for a store in memory.
    pub glances: usize,
    /// For how long short reads share a snapshot if nothing is committed: by so much later than by others are commits of
    /// other processes seen by them.
    pub snapshot_kept: Duration,
    /// When a COMMIT counts as done. Without meaning for a store in memory.
    pub synchronous: Synchronous,
    /// The most jobs that share one COMMIT.
    pub batch_jobs: usize,
    /// How long a batch takes in further jobs. A job that has begun is finished.
    pub batch_time: Duration,
    /// The most jobs that wait for the writer, and the most that wait for the readers.
    pub queue: usize,
    /// How long a caller waits for room in a full queue before it is told that the store is not available.
    pub queue_wait: Duration,
    /// How long SQLite waits for a lock that another process holds: less than whoever waits for the write, so that they
    /// are told that nothing was done.
    pub busy_timeout: Duration,
    /// How often the writer looks for commits of other processes, when idle and when not.
    pub watch_every: Duration,
    /// How long a read that somebody waits for may take before the store counts as unavailable.
    pub deadline: Duration,
    /// When calls are refused at once because the last ones were not answered.
    pub breaker: BreakerRules,
}

impl Default for Options {
    fn default() -> Self {
        let cores = available_parallelism().map_or(2, NonZeroUsize::get);
        Self {
            mode: OpenMode::default(),
            readers: cores.clamp(2, 4),
            glances: cores.clamp(2, 16),
            snapshot_kept: Duration::from_millis(10),
            synchronous: Synchronous::Full,
            batch_jobs: 256,
            batch_time: Duration::from_millis(25),
            queue: 1024,
            queue_wait: Duration::from_secs(1),
            busy_timeout: Duration::from_secs(4),
            watch_every: Duration::from_millis(500),
            deadline: Duration::from_secs(5),
            breaker: BreakerRules::default(),
        }
    }
}
