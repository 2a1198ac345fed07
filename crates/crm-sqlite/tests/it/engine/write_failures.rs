//! Writing when something goes wrong: what is lost, what is not, and what is said.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crm_sqlite::engine::error::{Cause, EngineError, JobError};
use crm_sqlite::engine::job::Written;
use crm_sqlite::engine::options::Options;
use rusqlite::Connection;

use super::support::{Caller, Held, done, folder, in_file, in_memory, insert, options, poll, stored};

type Outcome<E> = Result<Written<()>, JobError<E>>;

#[tokio::test]
async fn a_job_that_refuses_fails_or_panics_is_rolled_back_alone() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    let held = Held::writer(&engine);
    let mut first: Caller<'_, _, _> = Box::pin(engine.write(insert(1)));
    let mut refuses: Caller<'_, (), &str> = Box::pin(engine.write(|conn| -> Outcome<_> {
        conn.execute("INSERT INTO item (id) VALUES (2)", [])?;
        Err(JobError::Refused("stale"))
    }));
    let mut fails: Caller<'_, (), Infallible> = Box::pin(engine.write(|conn| -> Outcome<_> {
        conn.execute("INSERT INTO item (id) VALUES (3)", [])?;
        conn.execute("INSERT INTO item (id) VALUES (1)", [])?;
        Ok(Written::plain(()))
    }));
    let mut panics: Caller<'_, (), Infallible> = Box::pin(engine.write(|conn| -> Outcome<_> {
        conn.execute("INSERT INTO item (id) VALUES (4)", [])?;
        let mut open = conn.prepare_cached("SELECT id FROM item")?;
        let _row = open.query([])?.next()?.is_some();
        panic!("on purpose");
    }));
    let mut last: Caller<'_, _, _> = Box::pin(engine.write(insert(5)));
    assert!(
        poll(&mut first).is_pending() && poll(&mut refuses).is_pending() && poll(&mut fails).is_pending()
    );
    assert!(poll(&mut panics).is_pending() && poll(&mut last).is_pending());
    held.let_go().await.unwrap();

    assert_eq!(done(first.await), 1);
    assert_eq!(refuses.await.unwrap(), Err("stale"));
    assert!(matches!(fails.await, Err(EngineError::Defect(_))));
    assert!(matches!(panics.await, Err(EngineError::Panicked)));
    assert_eq!(done(last.await), 5);
    assert_eq!(stored(&engine).await, [1, 5]);
    assert_eq!((engine.stats().batches, engine.stats().batches_lost), (1, 0));
}

#[tokio::test]
async fn a_commit_that_fails_fails_every_job_of_its_batch_and_applies_nothing() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    let followed = Arc::new(AtomicBool::new(false));
    let follow = Arc::clone(&followed);
    let held = Held::writer(&engine);
    let mut fine: Caller<'_, (), Infallible> = Box::pin(engine.write(move |conn| -> Outcome<_> {
        conn.execute("INSERT INTO item (id) VALUES (1)", [])?;
        Ok(Written::then((), move || follow.store(true, Ordering::SeqCst)))
    }));
    let mut refused: Caller<'_, (), &str> =
        Box::pin(engine.write(|_| -> Outcome<_> { Err(JobError::Refused("no")) }));
    // A foreign key that is checked at the COMMIT only.
    let mut breaks: Caller<'_, (), Infallible> = Box::pin(engine.write(|conn| -> Outcome<_> {
        conn.execute("INSERT INTO part (item) VALUES (404)", [])?;
        Ok(Written::plain(()))
    }));
    assert!(
        poll(&mut fine).is_pending() && poll(&mut refused).is_pending() && poll(&mut breaks).is_pending()
    );

    assert!(matches!(held.let_go().await, Err(EngineError::Unavailable(_))));
    assert!(matches!(fine.await, Err(EngineError::Unavailable(_))));
    assert!(matches!(refused.await, Err(EngineError::Unavailable(_))));
    assert!(matches!(breaks.await, Err(EngineError::Unavailable(_))));
    assert!(!followed.load(Ordering::SeqCst));
    assert_eq!(engine.stats().batches_lost, 1);

    done(engine.write(insert(2)).await);
    assert_eq!(stored(&engine).await, [2]);
}

#[tokio::test]
async fn a_full_disk_is_told_as_such_and_the_store_goes_on() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    let limit = |pages: &'static str| {
        move |conn: &Connection| -> Outcome<Infallible> {
            conn.query_row(pages, [], |_| Ok(()))?;
            Ok(Written::plain(()))
        }
    };
    let big = |conn: &Connection| -> Outcome<Infallible> {
        conn.execute("INSERT INTO item (id, body) VALUES (1, randomblob(4000000))", [])?;
        Ok(Written::plain(()))
    };
    done(engine.write(limit("PRAGMA max_page_count = 40")).await);
    let held = Held::writer(&engine);
    let mut before: Caller<'_, _, _> = Box::pin(engine.write(insert(2)));
    let mut too_big: Caller<'_, _, _> = Box::pin(engine.write(big));
    let mut after: Caller<'_, _, _> = Box::pin(engine.write(insert(3)));
    assert!(
        poll(&mut before).is_pending() && poll(&mut too_big).is_pending() && poll(&mut after).is_pending()
    );
    // SQLite ends the transaction by itself here, and so all that came before in the batch is gone.
    assert!(matches!(held.let_go().await, Err(EngineError::Full(_))));
    assert!(matches!(before.await, Err(EngineError::Full(_))));
    assert!(matches!(too_big.await, Err(EngineError::Full(_))));
    done(after.await);
    assert_eq!(stored(&engine).await, [3]);

    done(engine.write(limit("PRAGMA max_page_count = 100000")).await);
    done(engine.write(big).await);
    assert_eq!(stored(&engine).await, [1, 3]);
}

#[tokio::test]
async fn a_transaction_that_is_gone_takes_the_whole_batch_and_no_more() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    let held = Held::writer(&engine);
    let mut before: Caller<'_, _, _> = Box::pin(engine.write(insert(1)));
    // As SQLite does by itself on some failures.
    let mut ends: Caller<'_, (), Infallible> = Box::pin(engine.write(|conn| -> Outcome<_> {
        conn.execute_batch("ROLLBACK")?;
        Ok(Written::plain(()))
    }));
    let mut after: Caller<'_, _, _> = Box::pin(engine.write(insert(2)));
    assert!(poll(&mut before).is_pending() && poll(&mut ends).is_pending() && poll(&mut after).is_pending());

    let lost = EngineError::Unavailable(Cause::TransactionLost).to_string();
    assert_eq!(held.let_go().await.unwrap_err().to_string(), lost);
    assert_eq!(before.await.unwrap_err().to_string(), lost);
    assert_eq!(ends.await.unwrap_err().to_string(), lost);
    assert_eq!(done(after.await), 2);
    assert_eq!(stored(&engine).await, [2]);
}

#[tokio::test]
async fn a_lock_that_another_process_keeps_makes_the_store_unavailable_for_so_long() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &Options { busy_timeout: Duration::from_millis(20), ..options() });
    let elsewhere = Connection::open(&path).unwrap();
    elsewhere.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answers = tokio::join!(engine.write(insert(1)), engine.write(insert(2)), engine.write(insert(3)));
    assert!(matches!(answers.0, Err(EngineError::Unavailable(Cause::Sqlite(_)))));
    assert!(matches!(answers.1, Err(EngineError::Unavailable(Cause::Sqlite(_)))));
    assert!(matches!(answers.2, Err(EngineError::Unavailable(Cause::Sqlite(_)))));
    assert_eq!(stored(&engine).await, Vec::<i64>::new());
    elsewhere.execute_batch("ROLLBACK").unwrap();
    done(engine.write(insert(4)).await);
    assert_eq!(stored(&engine).await, [4]);
}

#[tokio::test]
async fn a_full_queue_is_waited_for_and_then_refused() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &Options { queue: 2, queue_wait: Duration::from_millis(20), ..options() });
    let held = Held::writer(&engine);
    let mut first: Caller<'_, _, _> = Box::pin(engine.write(insert(1)));
    let mut second: Caller<'_, _, _> = Box::pin(engine.write(insert(2)));
    assert!(poll(&mut first).is_pending() && poll(&mut second).is_pending());
    let third = engine.write(insert(3)).await;
    assert!(matches!(third, Err(EngineError::Unavailable(Cause::QueueFull))));
    held.let_go().await.unwrap();
    done(first.await);
    done(second.await);
    done(engine.write(insert(4)).await);
    assert_eq!(stored(&engine).await, [1, 2, 4]);
}

#[tokio::test]
async fn a_panic_after_the_commit_is_still_an_answer_and_the_writer_goes_on() {
    let engine = in_memory();
    let panics = |conn: &Connection| -> Outcome<Infallible> {
        conn.execute("INSERT INTO item (id) VALUES (1)", [])?;
        Ok(Written::then((), || panic!("on purpose")))
    };
    done(engine.write(panics).await);
    done(engine.write(insert(2)).await);
    assert_eq!(stored(&engine).await, [1, 2]);
    assert_eq!(engine.stats().reloads, 1);
}
