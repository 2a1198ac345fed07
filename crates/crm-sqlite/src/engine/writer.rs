//! The writer thread: the only one that changes the store.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::batch;
use super::cancellation::Interrupts;
use super::error::OpenError;
use super::fault::{Fault, FaultLatch};
use super::glances::Glances;
use super::job::{Job, Settled};
use super::options::Options;
use super::readers::{self, ReadJob};
use super::stats::Counters;
use super::thread::Joined;
use super::watch::Watch;

/// What the writer's queue holds.
pub(super) enum Message {
    /// A job for the next batch.
    Write(Box<dyn Job>),
    /// A read, which has no thread of its own where the store is in memory. It ends the batch before it, so
    /// that it never sees what is not committed.
    Read(ReadJob),
}

/// What the writer shares with those who read.
pub(super) struct Shared {
    pub(super) glances: Arc<Glances>,
    pub(super) counters: Arc<Counters>,
    pub(super) latch: Arc<FaultLatch>,
}

/// A running writer. Dropping it finishes what is queued and joins the thread.
pub(super) struct Writer {
    queue: flume::Sender<Message>,
    _thread: Joined,
}

impl Writer {
    /// Hands the connection to a thread of its own.
    pub(super) fn start(
        mut conn: Connection,
        watch: Watch,
        shared: Shared,
        options: &Options,
    ) -> Result<Self, OpenError> {
        let (queue, inbox) = flume::bounded(options.queue);
        let interrupts = Interrupts::install(&mut conn).map_err(OpenError::Sqlite)?;
        let Shared { glances, counters, latch } = shared;
        let options = options.clone();
        let work = Work { conn, interrupts, inbox, watch, glances, counters, latch, rescued: false, options };
        let thread = Joined::spawn("crm-sqlite-write".to_owned(), move || work.run())?;
        Ok(Self { queue, _thread: thread })
    }

    /// Where messages for the writer go.
    pub(super) fn queue(&self) -> &flume::Sender<Message> {
        &self.queue
    }
}

/// What the thread owns.
struct Work {
    conn: Connection,
    /// For reads of a store in memory; writes are never interrupted.
    interrupts: Interrupts,
    inbox: flume::Receiver<Message>,
    watch: Watch,
    glances: Arc<Glances>,
    counters: Arc<Counters>,
    latch: Arc<FaultLatch>,
    /// Whether what a removed log held was looked after.
    rescued: bool,
    options: Options,
}

impl Work {
    fn run(mut self) {
        let mut held = None;
        loop {
            let message = match held.take() {
                Some(message) => Ok(message),
                None => self.inbox.recv_timeout(self.watch.due_in()),
            };
            match message {
                Ok(Message::Write(first)) => held = self.batch(first),
                Ok(Message::Read(job)) => self.read(job),
                Err(flume::RecvTimeoutError::Timeout) => {}
                Err(flume::RecvTimeoutError::Disconnected) => break,
            }
            // Also when there is no end of work.
            if self.watch.due_in().is_zero() {
                self.glances.tidy();
                self.look_for_faults();
                // No read may show less than what memory knows.
                if self.watch.poll(&self.conn, &self.latch, || drop(self.glances.pause())) {
                    self.counters.reload();
                }
            }
        }
        self.close();
    }

    /// Runs a batch, answers its jobs in order, and gives back the message that ended it, if one did.
    fn batch(&mut self, first: Box<dyn Job>) -> Option<Message> {
        let mut held = None;
        let paused = self.glances.pause();
        let finished = batch::run(&self.conn, &self.latch, &self.options, first, || {
            match self.inbox.try_recv().ok()? {
                Message::Write(job) => Some(job),
                read @ Message::Read(_) => {
                    held = Some(read);
                    None
                }
            }
        });
        drop(paused);
        self.counters.batch(finished.jobs.len(), finished.fate.is_ok());
        if let Err(error) = &finished.fate {
            let error: &dyn std::error::Error = error;
            tracing::warn!(error, jobs = finished.jobs.len(), "a batch of writes was lost");
        }
        for job in finished.jobs {
            if job.settle(&finished.fate) == Settled::FollowUpPanicked {
                tracing::error!("what follows a commit panicked; memory is loaded anew");
                self.watch.force();
            }
        }
        held
    }

    /// A read between two batches, held to reading as on a reader's connection.
    fn read(&self, job: ReadJob) {
        if let Err(error) = self.conn.pragma_update(None, "query_only", true) {
            tracing::error!(%error, "the connection cannot be held to reading");
            return;
        }
        readers::serve(&self.conn, &self.interrupts, &self.counters, job);
        if let Err(error) = self.conn.pragma_update(None, "query_only", false) {
            tracing::error!(%error, "the connection cannot be let write again");
        }
    }

    /// Looks whether the files are where they were. What a log holds that was removed is brought into the store's file
    /// while nobody else has made a new log: it was acknowledged, and would be gone with the process.
    fn look_for_faults(&mut self) {
        drop(self.latch.check());
        self.latch.remind();
        if !self.rescued
            && let Some(Fault::Gone { path }) = self.latch.fault()
            && path.as_os_str().as_encoded_bytes().ends_with(b"-wal")
        {
            self.rescued = true;
            self.checkpoint("PRAGMA wal_checkpoint(FULL)");
        }
    }

    /// Empties the write-ahead log into the file. Its failure loses nothing: the next start reads the log. With a file that
    /// is not where it was, the log may be another one's: then nothing is touched.
    fn close(self) {
        self.glances.close();
        if matches!(self.latch.fault(), Some(Fault::Gone { .. } | Fault::Replaced { .. })) {
            if let Err(error) = self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true) {
                tracing::warn!(%error, "the write-ahead log may be emptied");
            }
            return;
        }
        self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    fn checkpoint(&self, how: &str) {
        let emptied = self.conn.query_row(how, [], |_| Ok(()));
        if let Err(error) = emptied {
            tracing::warn!(%error, "the write-ahead log was not emptied");
        }
    }
}
