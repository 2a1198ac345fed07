//! Reader threads: each with a connection that cannot write, all fed from one queue.
//!
//! Threads of our own, as the runtime's blocking pool would hand connections from thread to thread and wake
//! more of them than there are cores.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::cancellation::{CancellationToken, Interrupts, Limit};
use super::connection::{self, Reads};
use super::error::{EngineError, JobError, OpenError};
use super::fault::FaultLatch;
use super::job::Answer;
use super::options::Options;
use super::stats::Counters;
use super::thread::Joined;

/// A read job without its types, and the token that its caller cancels. It answers its caller itself and contains its
/// panics.
pub(super) struct ReadJob {
    run: Box<dyn FnOnce(&Connection) + Send>,
    token: CancellationToken,
}

/// A connection that reads, and the way to interrupt what runs on it.
pub(super) struct Reader {
    pub(super) conn: Connection,
    pub(super) interrupts: Interrupts,
}

impl Reader {
    /// Opens one. The file exists and has its schema.
    pub(super) fn open(path: &Path, options: &Options, reads: Reads) -> Result<Self, OpenError> {
        let mut conn = connection::open_reader(path, options, reads)?;
        let interrupts = Interrupts::install(&mut conn).map_err(OpenError::Sqlite)?;
        Ok(Self { conn, interrupts })
    }
}

/// The running readers. Dropping them finishes what is queued and joins the threads.
pub(super) struct Readers {
    queue: flume::Sender<ReadJob>,
    threads: Vec<Joined>,
}

impl Readers {
    /// Opens a connection for each reader and starts its thread. The file exists and has its schema.
    pub(super) fn start(path: &Path, options: &Options, counters: &Arc<Counters>) -> Result<Self, OpenError> {
        let names = (1..=options.readers.max(1)).map(|number| format!("crm-sqlite-read-{number}"));
        Self::start_named(names, path, options, Reads::Long, counters)
    }

    /// The same with one reader, for questions that must not wait for others.
    pub(super) fn start_probe(
        path: &Path,
        options: &Options,
        counters: &Arc<Counters>,
    ) -> Result<Self, OpenError> {
        let name = ["crm-sqlite-probe".to_owned()];
        Self::start_named(name.into_iter(), path, options, Reads::Short, counters)
    }

    fn start_named(
        names: impl Iterator<Item = String>,
        path: &Path,
        options: &Options,
        reads: Reads,
        counters: &Arc<Counters>,
    ) -> Result<Self, OpenError> {
        let (queue, inbox) = flume::bounded::<ReadJob>(options.queue);
        let mut readers = Self { queue, threads: Vec::new() };
        for name in names {
            let reader = Reader::open(path, options, reads)?;
            let (inbox, counters) = (inbox.clone(), Arc::clone(counters));
            readers.threads.push(Joined::spawn(name, move || {
                for job in &inbox {
                    serve(&reader.conn, &reader.interrupts, &counters, job);
                }
            })?);
        }
        Ok(readers)
    }

    /// Where read jobs go.
    pub(super) fn queue(&self) -> &flume::Sender<ReadJob> {
        &self.queue
    }
}

/// Packs a read job for the queue. It is skipped when its caller has gone before it begins, and interrupted when the
/// token is cancelled while it runs.
pub(super) fn pending<T, E, F>(
    job: F,
    token: &CancellationToken,
    latch: &Arc<FaultLatch>,
) -> (ReadJob, oneshot::Receiver<Answer<T, E>>)
where
    F: FnOnce(&Connection) -> Result<T, JobError<E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    let latch = Arc::clone(latch);
    let run = move |conn: &Connection| {
        if caller.is_closed() {
            return;
        }
        // A caller that has gone does not want to know.
        drop(caller.send(attempt(conn, &latch, job)));
    };
    (ReadJob { run: Box::new(run), token: token.clone() }, answer)
}

/// Runs a read job. A panic ends here, and damage that it finds is latched.
pub(super) fn attempt<T, E, F>(conn: &Connection, latch: &FaultLatch, job: F) -> Answer<T, E>
where
    F: FnOnce(&Connection) -> Result<T, JobError<E>>,
{
    match catch_unwind(AssertUnwindSafe(|| job(conn))) {
        Ok(Ok(answer)) => Ok(Ok(answer)),
        Ok(Err(JobError::Refused(refusal))) => Ok(Err(refusal)),
        Ok(Err(JobError::Failed(error))) => {
            let error = EngineError::of_statement(error);
            latch.note(&error);
            Err(error)
        }
        Err(_) => Err(EngineError::Panicked),
    }
}

/// Runs a read job and ends the snapshot it may have begun.
pub(super) fn serve(conn: &Connection, interrupts: &Interrupts, counters: &Counters, job: ReadJob) {
    let running = counters.begin_read();
    let limited = interrupts.limit(Limit::Cancelled(job.token));
    (job.run)(conn);
    drop(limited);
    end_snapshot(conn);
    drop(running);
}

/// Begins a snapshot: what the next statement sees, all after it see.
pub(super) fn begin_snapshot(conn: &Connection) -> rusqlite::Result<()> {
    conn.prepare_cached("BEGIN DEFERRED")?.execute([]).map(drop)
}

/// Ends the snapshot that a job may have begun: one left open would keep the log from shrinking.
pub(super) fn end_snapshot(conn: &Connection) {
    if !conn.is_autocommit() {
        let ended = conn.prepare_cached("ROLLBACK").and_then(|mut rollback| rollback.execute([]));
        if let Err(error) = ended {
            tracing::error!(%error, "a snapshot cannot be ended");
        }
    }
}
