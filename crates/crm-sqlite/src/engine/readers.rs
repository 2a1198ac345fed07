//! Reader threads: each with a connection that cannot write, all fed from one queue.
//!
//! Threads of our own, as the runtime's blocking pool would hand connections from thread to thread and wake
//! more of them than there are cores.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::connection::{self, Reads};
use super::error::{EngineError, JobError, OpenError};
use super::job::Answer;
use super::options::Options;
use super::thread::Joined;

/// A read job without its types. It answers its caller itself and contains its panics.
pub(super) type ReadJob = Box<dyn FnOnce(&Connection) + Send>;

/// The running readers. Dropping them finishes what is queued and joins the threads.
pub(super) struct Readers {
    queue: flume::Sender<ReadJob>,
    threads: Vec<Joined>,
}

impl Readers {
    /// Opens a connection for each reader and starts its thread. The file exists and has its schema.
    pub(super) fn start(path: &Path, options: &Options) -> Result<Self, OpenError> {
        let (queue, inbox) = flume::bounded::<ReadJob>(options.queue);
        let mut readers = Self { queue, threads: Vec::new() };
        for number in 1..=options.readers.max(1) {
            let conn = connection::open_reader(path, options, Reads::Long)?;
            let inbox = inbox.clone();
            readers.threads.push(Joined::spawn(format!("crm-sqlite-read-{number}"), move || {
                for job in &inbox {
                    serve(&conn, job);
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

/// Packs a read job for the queue. It is skipped when its caller has gone before it begins.
pub(super) fn pending<T, E, F>(job: F) -> (ReadJob, oneshot::Receiver<Answer<T, E>>)
where
    F: FnOnce(&Connection) -> Result<T, JobError<E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    let job = move |conn: &Connection| {
        if caller.is_closed() {
            return;
        }
        // A caller that has gone does not want to know.
        drop(caller.send(attempt(conn, job)));
    };
    (Box::new(job), answer)
}

/// Runs a read job. A panic ends here.
pub(super) fn attempt<T, E, F>(conn: &Connection, job: F) -> Answer<T, E>
where
    F: FnOnce(&Connection) -> Result<T, JobError<E>>,
{
    match catch_unwind(AssertUnwindSafe(|| job(conn))) {
        Ok(Ok(answer)) => Ok(Ok(answer)),
        Ok(Err(JobError::Refused(refusal))) => Ok(Err(refusal)),
        Ok(Err(JobError::Failed(error))) => Err(EngineError::of_statement(error)),
        Err(_) => Err(EngineError::Panicked),
    }
}

/// Runs a read job and ends the snapshot it may have begun.
pub(super) fn serve(conn: &Connection, job: ReadJob) {
    job(conn);
    end_snapshot(conn);
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
