//! Writing: batches, order, and who is told what, when.

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};

use crm_sqlite::engine::error::JobError;
use crm_sqlite::engine::job::Written;
use crm_sqlite::engine::options::Options;
use rusqlite::Connection;

use super::support::{Caller, Held, done, folder, ids, in_file, in_memory, insert, options, poll, stored};

/// Counts the commits in the write-ahead log: the frames that say how large the database is after them.
///
/// Format: <https://www.sqlite.org/fileformat2.html#walformat>.
fn commits_in_log(path: &Path) -> usize {
    const HEADER: usize = 32;
    const FRAME: usize = 24 + 4096;
    let log = fs::read(format!("{}-wal", path.display())).unwrap();
    log[HEADER..].chunks_exact(FRAME).filter(|frame| frame[4..8] != [0; 4]).count()
}

#[tokio::test]
async fn jobs_that_wait_together_share_one_commit() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    let commits = commits_in_log(&path);
    let before = engine.stats();

    let held = Held::writer(&engine);
    let mut callers: Vec<Caller<'_, _, _>> = Vec::new();
    for id in 0..100 {
        callers.push(Box::pin(engine.write(insert(id))));
    }
    for caller in &mut callers {
        assert!(poll(caller).is_pending());
    }
    assert_eq!(engine.queue_depth(), 100);
    held.let_go().await.unwrap();
    for (id, caller) in (0..).zip(callers) {
        assert_eq!(done(caller.await), id);
    }
    assert_eq!(commits_in_log(&path) - commits, 1);
    let after = engine.stats();
    assert_eq!((after.writes - before.writes, after.batches - before.batches), (101, 1));
    assert_eq!(stored(&engine).await.len(), 100);
}

#[tokio::test]
async fn a_batch_takes_no_more_jobs_than_allowed() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &Options { batch_jobs: 10, ..options() });
    let held = Held::writer(&engine);
    let mut callers: Vec<Caller<'_, _, _>> = Vec::new();
    for id in 0..99 {
        callers.push(Box::pin(engine.write(insert(id))));
    }
    for caller in &mut callers {
        assert!(poll(caller).is_pending());
    }
    held.let_go().await.unwrap();
    for caller in callers {
        done(caller.await);
    }
    assert_eq!(engine.stats().batches, 10);
}

#[tokio::test]
async fn nothing_is_answered_before_the_batch_is_committed_not_even_a_refusal() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    let elsewhere = Connection::open(&path).unwrap();
    let mut first = Held::writer(&engine);
    let mut accepted: Caller<'_, _, _> = Box::pin(engine.write(insert(1)));
    let mut refused: Caller<'_, (), &str> =
        Box::pin(engine.write(|_| Err::<Written<()>, _>(JobError::Refused("no"))));
    assert!(poll(&mut accepted).is_pending() && poll(&mut refused).is_pending());

    // A last job of the same batch stops the writer once all before it have run.
    let (begun, has_begun) = mpsc::channel();
    let (let_go, gate) = mpsc::channel::<()>();
    let mut last: Caller<'_, (), Infallible> = Box::pin(engine.write(move |_| {
        begun.send(()).unwrap();
        gate.recv().unwrap();
        Ok(Written::plain(()))
    }));
    assert!(poll(&mut last).is_pending());
    assert!(!first.is_answered());
    let first = first.let_go();
    let mut first = Box::pin(first);
    assert!(poll(&mut first).is_pending());
    has_begun.recv().unwrap();

    assert!(poll(&mut first).is_pending());
    assert!(poll(&mut accepted).is_pending());
    assert!(poll(&mut refused).is_pending());
    assert_eq!(ids(&elsewhere).unwrap(), Vec::<i64>::new());

    let_go.send(()).unwrap();
    assert_eq!(done(accepted.await), 1);
    assert_eq!(ids(&elsewhere).unwrap(), [1]);
    assert_eq!(refused.await.unwrap(), Err("no"));
    done(last.await);
    first.await.unwrap();
    assert_eq!(engine.stats().batches, 1);
}

#[tokio::test]
async fn what_follows_a_commit_runs_in_commit_order_and_before_the_answer() {
    let engine = in_memory();
    let memory = Arc::new(Mutex::new(Vec::new()));
    let held = Held::writer(&engine);
    let mut callers: Vec<Caller<'_, i64, Infallible>> = Vec::new();
    for id in 0..20_i64 {
        let memory = Arc::clone(&memory);
        callers.push(Box::pin(engine.write(move |conn| {
            conn.execute("INSERT INTO item (id) VALUES (?1)", [id])?;
            Ok(Written::then(id, move || memory.lock().unwrap().push(id)))
        })));
    }
    for caller in &mut callers {
        assert!(poll(caller).is_pending());
    }
    held.let_go().await.unwrap();
    for caller in callers {
        let id = done(caller.await);
        let seen = memory.lock().unwrap().clone();
        assert!(seen.contains(&id), "answered before memory followed");
        assert!(seen.is_sorted());
    }
    assert_eq!(stored(&engine).await, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_job_whose_caller_goes_away_is_still_done() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    let held = Held::writer(&engine);
    let mut caller = Box::pin(engine.write(insert(1)));
    assert!(poll(&mut caller).is_pending());
    drop(caller);
    held.let_go().await.unwrap();
    done(engine.write(insert(2)).await);
    assert_eq!(stored(&engine).await, [1, 2]);
}

#[tokio::test]
async fn what_is_queued_is_finished_when_the_engine_is_closed() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    for id in 0..50 {
        // Queued, and nobody waits for it.
        assert!(poll(&mut Box::pin(engine.write(insert(id)))).is_pending());
    }
    engine.close();
    assert_eq!(ids(&Connection::open(&path).unwrap()).unwrap().len(), 50);
}

#[tokio::test]
async fn the_last_owner_may_be_dropped_on_the_writer_itself() {
    let (_folder, path) = folder();
    let engine = Arc::new(in_file(&path, &options()));
    let (ended, end) = mpsc::channel();
    let owner = Arc::clone(&engine);
    let (let_go, gate) = mpsc::channel::<()>();
    let mut caller = Box::pin(engine.write(move |_| {
        gate.recv().unwrap();
        drop(owner);
        ended.send(()).unwrap();
        Ok::<_, JobError<Infallible>>(Written::plain(()))
    }));
    assert!(poll(&mut caller).is_pending());
    drop(caller);
    drop(engine);
    let_go.send(()).unwrap();
    end.recv().unwrap();
}
