//! Short reads: where they run, and what they see.

use std::convert::Infallible;
use std::thread;

use crm_sqlite::engine::error::{EngineError, JobError};
use crm_sqlite::engine::options::Options;
use rusqlite::Connection;

use super::support::{PATIENCE, done, folder, ids, in_file, in_memory, insert, options, stored};

#[tokio::test]
async fn a_glance_runs_on_the_thread_that_asks_and_sees_what_was_answered() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    for id in 0..50 {
        done(engine.write(insert(id)).await);
        let glanced = engine.glance(PATIENCE, |conn: &Connection| -> Result<_, JobError<Infallible>> {
            Ok((thread::current().id(), ids(conn)?))
        });
        assert_eq!(done(glanced.await), (thread::current().id(), stored(&engine).await));
    }
}

#[tokio::test]
async fn a_glance_goes_to_a_reader_where_no_connection_is_free() {
    let (_folder, path) = folder();
    for engine in [in_file(&path, &Options { glances: 0, ..options() }), in_memory()] {
        done(engine.write(insert(1)).await);
        let glanced = engine.glance(PATIENCE, |conn: &Connection| -> Result<_, JobError<Infallible>> {
            Ok((thread::current().id(), ids(conn)?))
        });
        let (thread, seen) = done(glanced.await);
        assert_ne!(thread, thread::current().id());
        assert_eq!(seen, [1]);
    }
}

#[tokio::test]
async fn a_glance_sees_one_state_and_cannot_write() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    let is_in_transaction = engine
        .glance(PATIENCE, |conn: &Connection| -> Result<_, JobError<Infallible>> {
            Ok(!conn.is_autocommit())
        })
        .await;
    assert!(done(is_in_transaction));
    let written = engine
        .glance(PATIENCE, |conn: &Connection| -> Result<_, JobError<Infallible>> {
            Ok(conn.execute("INSERT INTO item (id) VALUES (7)", [])?)
        })
        .await;
    assert!(written.is_err());
    assert!(stored(&engine).await.is_empty());
}

#[tokio::test]
async fn a_glance_that_panics_leaves_its_connection_fit_for_the_next() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &Options { glances: 1, ..options() });
    for id in 0..10 {
        done(engine.write(insert(id)).await);
        let panicked = engine
            .glance(PATIENCE, |conn: &Connection| -> Result<(), JobError<Infallible>> {
                let _seen = ids(conn)?;
                panic!("half way");
            })
            .await;
        assert!(matches!(panicked, Err(EngineError::Panicked)), "{panicked:?}");
        let glanced = engine
            .glance(PATIENCE, |conn: &Connection| -> Result<_, JobError<Infallible>> {
                Ok((thread::current().id(), ids(conn)?.len()))
            })
            .await;
        assert_eq!(done(glanced), (thread::current().id(), usize::try_from(id).unwrap() + 1));
    }
}
