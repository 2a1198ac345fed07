//! Reads that nobody waits for any more, and the thread that they would keep.

use std::convert::Infallible;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crm_sqlite::engine::Engine;
use crm_sqlite::engine::error::{Cause, EngineError, JobError};
use crm_sqlite::engine::options::Options;
use rusqlite::Connection;

use super::support::{
    Caller, PATIENCE, done, endless, folder, ids, in_file, in_memory, insert, options, poll, stored,
};

/// A read that comes to no end and has begun.
fn begun(engine: &Engine) -> Caller<'_, i64, Infallible> {
    let (begins, has_begun) = mpsc::channel();
    let mut caller: Caller<'_, _, _> = Box::pin(engine.read_snapshot(move |conn: &Connection| {
        begins.send(()).unwrap();
        endless(conn)
    }));
    assert!(poll(&mut caller).is_pending());
    has_begun.recv().unwrap();
    caller
}

/// Waits until no reader is at work.
fn until_idle(engine: &Engine) {
    let begun = Instant::now();
    while engine.stats().reads_running > 0 {
        assert!(begun.elapsed() < PATIENCE, "{:?}", engine.stats());
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn reads_whose_callers_have_gone_free_their_threads() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &Options { readers: 4, ..options() });
    let callers: Vec<_> = (0..4).map(|_| begun(&engine)).collect();
    assert_eq!(engine.stats().reads_running, 4);
    drop(callers);
    until_idle(&engine);
    done(engine.write(insert(1)).await);
    assert_eq!(stored(&engine).await, [1]);
}

#[tokio::test]
async fn in_memory_a_read_whose_caller_has_gone_frees_the_writer() {
    let engine = in_memory();
    drop(begun(&engine));
    done(engine.write(insert(1)).await);
    assert_eq!(stored(&engine).await, [1]);
}

#[tokio::test]
async fn an_interrupt_never_meets_the_next_job_of_the_connection() {
    let (_folder, path) = folder();
    for engine in [in_file(&path, &Options { readers: 1, ..options() }), in_memory()] {
        done(engine.write(insert(1)).await);
        for _ in 0..300 {
            let mut given_up = begun(&engine);
            assert!(poll(&mut given_up).is_pending());
            let next = engine.read(ids);
            drop(given_up);
            assert_eq!(done(next.await), [1]);
        }
    }
}

#[tokio::test]
async fn a_short_read_ends_at_its_deadline_and_leaves_its_connection_fit_for_the_next() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &Options { glances: 1, ..options() });
    for id in 0..3 {
        done(engine.write(insert(id)).await);
        let late = engine.glance(Duration::from_millis(20), endless).await;
        assert!(matches!(late, Err(EngineError::Unavailable(Cause::Late))), "{late:?}");
        let here = std::thread::current().id();
        let next = engine.glance(PATIENCE, |conn: &Connection| -> Result<_, JobError<Infallible>> {
            Ok((std::thread::current().id(), ids(conn)?.len()))
        });
        assert_eq!(done(next.await), (here, usize::try_from(id).unwrap() + 1));
    }
}

#[tokio::test]
async fn a_probe_is_answered_while_all_readers_are_busy_and_their_queue_is_full() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &Options { readers: 2, queue: 1, ..options() });
    let mut busy: Vec<_> = (0..2).map(|_| begun(&engine)).collect();
    let mut waits: Caller<'_, _, _> = Box::pin(engine.read(ids));
    assert!(poll(&mut waits).is_pending());
    assert_eq!(done(engine.probe(ids).await), Vec::<i64>::new());
    assert!(poll(&mut waits).is_pending() && busy.iter_mut().all(|caller| poll(caller).is_pending()));
}
