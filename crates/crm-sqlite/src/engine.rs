//! The machinery below the queries: one writer thread, a few reader threads, and nothing that knows a lead.
//!
//! ```text
//! write(job) ─▶ bounded queue ─▶ writer thread:  BEGIN IMMEDIATE
//!                                                  SAVEPOINT job … RELEASE | ROLLBACK TO     (per job)
//!                                                COMMIT                    (one fsync for the batch)
//!                                                after_commit, answer      (per job, in the same order)
//! read(job)  ─▶ bounded queue ─▶ one of N reader threads, each with a `query_only` connection
//! glance(job) ─▶ on the caller's own thread, with a `query_only` connection of a few, whose snapshot is kept
//!                while nothing is committed
//! ```
//!
//! What it promises:
//! - **Durable before answered.** No answer leaves before the COMMIT of its batch, refusals included: a
//!   refusal may rest on what an earlier job of the same batch wrote.
//! - **Whole or not at all.** A job that refuses, fails or panics is rolled back alone. When the batch itself
//!   is lost, every job of it is answered with the same error and none was applied.
//! - **In commit order.** What a job leaves for after the commit (`Written::then`) runs on the writer thread,
//!   job by job, before that job's caller hears of it. Memory that mirrors the store is changed there.
//! - **Other processes are noticed.** See [`watch`].
//! - **Nothing is written where it would be lost.** A store that is damaged or not where it was is not written. See
//!   [`fault`].
//! - **Nobody's read keeps a thread.** A read whose caller has gone is interrupted.
//!
//! A store in memory has one connection, and so one thread that serves writes and reads in the order they
//! came. The calls and the promises are the same.

pub mod error;
pub mod fault;
pub mod job;
pub mod location;
pub mod lock;
pub mod migrate;
pub mod options;
pub mod partial;
pub mod stats;
pub mod watch;

mod batch;
mod cancellation;
pub(crate) mod connection;
mod filesystem;
mod functions;
mod glances;
mod readers;
mod thread;
mod writer;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use self::cancellation::CancellationToken;
use self::error::{Cause, EngineError, JobError, OpenError};
use self::fault::FaultLatch;
use self::glances::Glances;
use self::job::{Answer, Written};
use self::location::Location;
use self::migrate::Migration;
use self::options::Options;
use self::readers::Readers;
use self::stats::{Counters, Stats};
use self::watch::{Hooks, Watch};
use self::writer::{Message, Shared, Writer};

/// An open store. Dropping it finishes what is queued, empties the write-ahead log and joins the threads.
pub struct Engine {
    // Dropped in this order: a reader that is still open would keep the log from being emptied. The writer closes the
    // connections of `glances` itself.
    readers: Option<Readers>,
    probe: Option<Readers>,
    writer: Writer,
    glances: Arc<Glances>,
    latch: Arc<FaultLatch>,
    counters: Arc<Counters>,
    queue_wait: Duration,
}

impl Engine {
    /// Opens the store. Whether it is made where there is none, and migrated where it is older, [`Options::mode`] says.
    /// Blocks.
    ///
    /// `migrations` are numbered from 1 without gaps, in order.
    ///
    /// # Errors
    /// When the file cannot be made or opened, lies on a network file system, belongs to another program or to
    /// another version of this one, when a migration fails, or when the durability asked for did not take.
    pub fn open(
        location: &Location,
        migrations: &[Migration],
        options: &Options,
        hooks: Hooks,
    ) -> Result<Self, OpenError> {
        let configured = location;
        let location = location.prepare(options.mode)?;
        let connection = connection::open_writer(&location, migrations, options)?;
        let watch = Watch::new(&connection, hooks, options.watch_every).map_err(OpenError::Sqlite)?;
        let counters = Arc::new(Counters::default());
        let (glances, readers, probe) = match &location {
            Location::File(path) => (
                Glances::open(path, options)?,
                Some(Readers::start(path, options, &counters)?),
                Some(Readers::start_probe(path, options, &counters)?),
            ),
            Location::Memory => (Glances::default(), None, None),
        };
        let files = match (configured, &location) {
            (Location::File(configured), Location::File(resolved)) => {
                Some((std::path::absolute(configured).map_err(OpenError::File)?, resolved))
            }
            (Location::File(_) | Location::Memory, _) => None,
        };
        let files = files.as_ref().map(|(configured, resolved)| (configured.as_path(), resolved.as_path()));
        let latch = Arc::new(FaultLatch::new(files).map_err(OpenError::File)?);
        let glances = Arc::new(glances);
        let shared = Shared {
            glances: Arc::clone(&glances),
            counters: Arc::clone(&counters),
            latch: Arc::clone(&latch),
        };
        let writer = Writer::start(connection, watch, shared, options)?;
        Ok(Self { readers, probe, writer, glances, latch, counters, queue_wait: options.queue_wait })
    }

    /// Runs a job on the writer, in a savepoint of its own, and answers once its batch is committed.
    ///
    /// The outer result says whether the store could do its work, the inner one what the job decided. A job
    /// must leave the transaction alone: no BEGIN, COMMIT or ROLLBACK (savepoints of its own are fine).
    ///
    /// A caller that goes away after the job was queued changes nothing: the job still runs, and may commit.
    ///
    /// # Errors
    /// Any [`EngineError`]; the job was then not applied.
    pub async fn write<T, E, F>(&self, job: F) -> Answer<T, E>
    where
        F: FnOnce(&Connection) -> Result<Written<T>, JobError<E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let (job, answer) = job::pending(job);
        submit(self.writer.queue(), Message::Write(job), self.queue_wait).await?;
        answer.await.unwrap_or(Err(EngineError::Unavailable(Cause::Closed)))
    }

    /// Runs a job on a reader. Each statement sees the store as it is when the statement starts.
    ///
    /// It sees every write that was answered before. A caller that goes away takes its job with it: one that has not begun
    /// is skipped, one that runs is interrupted.
    ///
    /// # Errors
    /// Any [`EngineError`].
    pub async fn read<T, E, F>(&self, job: F) -> Answer<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, JobError<E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        self.read_on(self.readers.as_ref(), job).await
    }

    /// Like [`Engine::read`], past all other reads and only if the store has no fault: for the question whether the store
    /// can do its work.
    ///
    /// # Errors
    /// Any [`EngineError`]; [`Cause::Fault`] with a store that is damaged or not where it was.
    pub async fn probe<T, E, F>(&self, job: F) -> Answer<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, JobError<E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let latch = Arc::clone(&self.latch);
        let job = move |conn: &Connection| -> Result<Result<Result<T, E>, EngineError>, JobError<E>> {
            // On this thread, as looking at a file may take long, too.
            if let Err(fault) = latch.check() {
                return Ok(Err(fault));
            }
            match job(conn) {
                Ok(answer) => Ok(Ok(Ok(answer))),
                Err(error) => Err(error),
            }
        };
        match self.read_on(self.probe.as_ref(), job).await? {
            Ok(answer) => answer,
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Like [`Engine::read`], and all statements of the job see one and the same state of the store.
    ///
    /// # Errors
    /// Any [`EngineError`].
    pub async fn read_snapshot<T, E, F>(&self, job: F) -> Answer<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, JobError<E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        self.read(of_one_state(job)).await
    }

    /// Like [`Engine::read_snapshot`], on the caller's own thread if a connection is free: for what reads a few pages of
    /// the file and no more, as that thread does nothing else in the meantime. What another process commits it may see a
    /// hundredth of a second later. After `within` it is interrupted there, as nobody can stop waiting for it.
    ///
    /// # Errors
    /// Any [`EngineError`].
    pub async fn glance<T, E, F>(&self, within: Duration, job: F) -> Answer<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, JobError<E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        match self.glances.run(Instant::now() + within, &self.latch, job) {
            Ok(answer) => answer,
            Err(job) => self.read_snapshot(job).await,
        }
    }

    /// How much waits and how much was done, for a gauge.
    pub fn stats(&self) -> Stats {
        let reads_queued = self.readers.as_ref().map_or(0, |readers| readers.queue().len());
        self.counters.stats(self.queue_depth(), reads_queued)
    }

    /// Jobs that wait for the writer.
    pub fn queue_depth(&self) -> usize {
        self.writer.queue().len()
    }

    /// Finishes what is queued, empties the write-ahead log and joins the threads, as dropping does. Blocks.
    pub fn close(self) {
        drop(self);
    }

    /// Runs a job on one of these readers; on the writer where the store is in memory.
    async fn read_on<T, E, F>(&self, readers: Option<&Readers>, job: F) -> Answer<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, JobError<E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let token = CancellationToken::default();
        let _cancel = token.cancel_on_drop();
        let (job, answer) = readers::pending(job, &token, &self.latch);
        match readers {
            Some(readers) => submit(readers.queue(), job, self.queue_wait).await?,
            None => submit(self.writer.queue(), Message::Read(job), self.queue_wait).await?,
        }
        answer.await.unwrap_or(Err(EngineError::Unavailable(Cause::Closed)))
    }
}

/// A job all of whose statements see one state. The snapshot is ended by whoever runs the job, on every way out of it.
fn of_one_state<T, E, F>(job: F) -> impl FnOnce(&Connection) -> Result<T, JobError<E>>
where
    F: FnOnce(&Connection) -> Result<T, JobError<E>>,
{
    move |conn| {
        readers::begin_snapshot(conn)?;
        job(conn)
    }
}

/// Queues a message, waiting for room no longer than `wait`.
async fn submit<M>(queue: &flume::Sender<M>, message: M, wait: Duration) -> Result<(), EngineError> {
    let message = match queue.try_send(message) {
        Ok(()) => return Ok(()),
        Err(flume::TrySendError::Disconnected(_)) => return Err(EngineError::Unavailable(Cause::Closed)),
        Err(flume::TrySendError::Full(message)) => message,
    };
    match tokio::time::timeout(wait, queue.send_async(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(EngineError::Unavailable(Cause::Closed)),
        Err(_) => Err(EngineError::Unavailable(Cause::QueueFull)),
    }
}
