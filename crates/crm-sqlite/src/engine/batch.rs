//! Group commit: many jobs, a savepoint each, one COMMIT.
//!
//! An fsync costs as much for one job as for two hundred. So the writer takes what has queued up while the
//! last batch was being written; under no load a batch is one job, and waits for nobody.

use std::time::Instant;

use rusqlite::Connection;

use super::error::{Cause, EngineError};
use super::fault::FaultLatch;
use super::job::{Job, Ran};
use super::options::Options;

/// A batch that is over: its jobs in the order they came, and what became of all of them.
pub(super) struct Finished {
    pub(super) jobs: Vec<Box<dyn Job>>,
    pub(super) fate: Result<(), EngineError>,
}

/// Runs `first` and whatever `next` gives, up to the limits, in one transaction. Answers nobody. Nothing is begun on a
/// store that has a fault; one that shows after the commit leaves open where the batch was written.
pub(super) fn run(
    conn: &Connection,
    latch: &FaultLatch,
    options: &Options,
    first: Box<dyn Job>,
    mut next: impl FnMut() -> Option<Box<dyn Job>>,
) -> Finished {
    let mut jobs = Vec::new();
    let fate = match latch.check().and_then(|()| begin(conn)) {
        Ok(()) => run_all(conn, options, first, &mut next, &mut jobs)
            .and_then(|()| commit(conn))
            .and_then(|()| latch.check().map_err(EngineError::after_commit)),
        Err(error) => {
            // Who waits is told at once: each would only wait as long again for the same lock.
            jobs.push(first);
            jobs.extend(std::iter::from_fn(next).take(options.batch_jobs.saturating_sub(1)));
            Err(error)
        }
    };
    if let Err(error) = &fate {
        latch.note(error);
        roll_back(conn);
    }
    Finished { jobs, fate }
}

/// Runs jobs and moves them to `jobs`. At the first sign that the transaction is lost it takes in no more:
/// jobs that have not run get their chance in the next batch.
fn run_all(
    conn: &Connection,
    options: &Options,
    first: Box<dyn Job>,
    next: &mut impl FnMut() -> Option<Box<dyn Job>>,
    jobs: &mut Vec<Box<dyn Job>>,
) -> Result<(), EngineError> {
    let started = Instant::now();
    let mut upcoming = Some(first);
    while let Some(mut job) = upcoming {
        let ran = run_one(conn, job.as_mut());
        jobs.push(job);
        ran?;
        let room = jobs.len() < options.batch_jobs && started.elapsed() < options.batch_time;
        upcoming = if room { next() } else { None };
    }
    Ok(())
}

/// Runs one job in its savepoint. An error means that the whole transaction is lost, not only this job.
fn run_one(conn: &Connection, job: &mut dyn Job) -> Result<(), EngineError> {
    statement(conn, "SAVEPOINT job")?;
    let ran = job.run(conn);
    // SQLite ends a transaction by itself after some failures (disk full, I/O, memory), and a job that breaks
    // the rules can. What the jobs before this one wrote is gone then as well.
    if conn.is_autocommit() {
        let lost = EngineError::Unavailable(Cause::TransactionLost);
        return Err(match ran {
            Ran::Undo { failed: Some(error) } => error.for_all(),
            Ran::Undo { failed: None } | Ran::Keep => lost,
        });
    }
    if let Ran::Undo { failed } = ran {
        // What else this batch wrote may rest on the same damage.
        if let Some(error) = failed.filter(|error| error.damage().is_some()) {
            return Err(error);
        }
        statement(conn, "ROLLBACK TO job")?;
    }
    statement(conn, "RELEASE job")
}

fn begin(conn: &Connection) -> Result<(), EngineError> {
    statement(conn, "BEGIN IMMEDIATE")
}

fn commit(conn: &Connection) -> Result<(), EngineError> {
    let run = || conn.prepare_cached("COMMIT")?.execute([]);
    run().map(drop).map_err(EngineError::of_commit)
}

fn statement(conn: &Connection, sql: &str) -> Result<(), EngineError> {
    let run = || conn.prepare_cached(sql)?.execute([]);
    run().map(drop).map_err(EngineError::of_transaction)
}

/// Leaves the connection without a transaction, so that the next batch can begin.
fn roll_back(conn: &Connection) {
    if !conn.is_autocommit()
        && let Err(error) = conn.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "a lost batch cannot be rolled back");
    }
}
