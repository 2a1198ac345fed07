//! Reading: what is seen, and what cannot be done.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use crm_sqlite::engine::Engine;
use crm_sqlite::engine::error::{EngineError, JobError};
use crm_sqlite::engine::options::Options;
use rusqlite::Connection;

use super::support::{Caller, Held, done, folder, ids, in_file, in_memory, insert, options, poll, stored};

#[tokio::test]
async fn a_write_that_was_answered_is_seen_by_every_reader() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &Options { readers: 4, ..options() });
    for id in 0..50 {
        done(engine.write(insert(id)).await);
        let seen = tokio::join!(stored(&engine), stored(&engine), stored(&engine), stored(&engine));
        for seen in [seen.0, seen.1, seen.2, seen.3] {
            assert_eq!(seen.last(), Some(&id));
        }
    }
}

/// Reads twice with a write in between, and answers with what was seen each time.
async fn read_around_a_write(engine: &Engine, snapshot: bool) -> (Vec<i64>, Vec<i64>) {
    let (read_once, first_read) = mpsc::channel();
    let (wrote, written) = mpsc::channel();
    let job = move |conn: &Connection| -> Result<_, JobError<Infallible>> {
        let first = ids(conn)?;
        read_once.send(()).unwrap();
        written.recv().unwrap();
        Ok((first, ids(conn)?))
    };
    let mut caller: Caller<'_, _, _> =
        if snapshot { Box::pin(engine.read_snapshot(job)) } else { Box::pin(engine.read(job)) };
    assert!(poll(&mut caller).is_pending());
    first_read.recv().unwrap();
    done(engine.write(insert(1)).await);
    wrote.send(()).unwrap();
    done(caller.await)
}

#[tokio::test]
async fn a_snapshot_does_not_see_what_is_written_while_it_is_read() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    assert_eq!(read_around_a_write(&engine, true).await, (vec![], vec![]));
    assert_eq!(stored(&engine).await, [1]);
}

#[tokio::test]
async fn a_plain_read_sees_each_statement_anew() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    assert_eq!(read_around_a_write(&engine, false).await, (vec![], vec![1]));
}

#[tokio::test]
async fn a_read_cannot_write() {
    let (_folder, path) = folder();
    for engine in [in_file(&path, &options()), in_memory()] {
        let writes = |conn: &Connection| -> Result<usize, JobError<Infallible>> {
            Ok(conn.execute("INSERT INTO item (id) VALUES (1)", [])?)
        };
        assert!(engine.read(writes).await.is_err());
        assert!(engine.read_snapshot(writes).await.is_err());
        assert_eq!(stored(&engine).await, Vec::<i64>::new());
        done(engine.write(insert(2)).await);
    }
}

#[tokio::test]
async fn a_panic_in_a_read_is_contained_and_its_snapshot_ended() {
    let (_folder, path) = folder();
    for engine in [in_file(&path, &Options { readers: 1, ..options() }), in_memory()] {
        let panics = |conn: &Connection| -> Result<(), JobError<Infallible>> {
            ids(conn)?;
            panic!("on purpose");
        };
        assert!(matches!(engine.read_snapshot(panics).await, Err(EngineError::Panicked)));
        done(engine.write(insert(1)).await);
        assert_eq!(stored(&engine).await, [1]);
    }
}

#[tokio::test]
async fn a_read_that_is_refused_gives_the_jobs_own_reason() {
    let engine = in_memory();
    let refused = engine.read(|_| Err::<(), _>(JobError::Refused("hidden"))).await;
    assert_eq!(refused.unwrap(), Err("hidden"));
}

#[tokio::test]
async fn a_read_whose_caller_has_gone_is_not_done() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &Options { readers: 1, ..options() });
    let (let_go, gate) = mpsc::channel::<()>();
    let mut holds: Caller<'_, (), Infallible> = Box::pin(engine.read(move |_| {
        gate.recv().unwrap();
        Ok(())
    }));
    assert!(poll(&mut holds).is_pending());
    let ran = Arc::new(AtomicBool::new(false));
    let runs = Arc::clone(&ran);
    let mut gone: Caller<'_, (), Infallible> = Box::pin(engine.read(move |_| {
        runs.store(true, Ordering::SeqCst);
        Ok(())
    }));
    assert!(poll(&mut gone).is_pending());
    drop(gone);
    let_go.send(()).unwrap();
    done(holds.await);
    assert_eq!(stored(&engine).await, Vec::<i64>::new());
    assert!(!ran.load(Ordering::SeqCst));
}

#[tokio::test]
async fn in_memory_a_read_ends_the_batch_before_it_and_sees_it_whole() {
    let engine = in_memory();
    let held = Held::writer(&engine);
    let mut first: Caller<'_, _, _> = Box::pin(engine.write(insert(1)));
    let mut read: Caller<'_, _, _> = Box::pin(engine.read(ids));
    let mut second: Caller<'_, _, _> = Box::pin(engine.write(insert(2)));
    assert!(poll(&mut first).is_pending() && poll(&mut read).is_pending() && poll(&mut second).is_pending());
    held.let_go().await.unwrap();
    assert_eq!(done(read.await), [1]);
    done(first.await);
    done(second.await);
    assert_eq!(engine.stats().batches, 2);
}
