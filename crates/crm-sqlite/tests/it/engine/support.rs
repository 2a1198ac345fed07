//! A store of one table `item(id)`, and the means to hold the writer still.

use std::convert::Infallible;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crm_sqlite::engine::Engine;
use crm_sqlite::engine::error::{EngineError, JobError};
use crm_sqlite::engine::job::{Answer, Written};
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::migrate::Migration;
use crm_sqlite::engine::options::Options;
use crm_sqlite::engine::watch::Hooks;
use rusqlite::Connection;
use tempfile::TempDir;

pub(crate) const ITEMS: Migration = Migration {
    number: 1,
    name: "items",
    sql: "CREATE TABLE item (id INTEGER PRIMARY KEY, body BLOB) STRICT;
          CREATE VIRTUAL TABLE item_text USING fts5(body, content='', contentless_delete=1, tokenize='trigram');
          CREATE TABLE part (item INTEGER NOT NULL REFERENCES item(id) DEFERRABLE INITIALLY DEFERRED) STRICT;",
};

/// Longer than any read of these tests takes.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A statement that comes to no end by itself.
pub(crate) fn endless(conn: &Connection) -> Result<i64, JobError<Infallible>> {
    let counts =
        "WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count) SELECT max(n) FROM count";
    Ok(conn.query_row(counts, [], |row| row.get(0))?)
}

/// A folder for one store, and the path of its file.
pub(crate) fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    (folder, path)
}

/// Batches that only the number of jobs ends, so that a slow machine does not end them.
pub(crate) fn options() -> Options {
    Options { batch_time: Duration::from_hours(1), ..Options::default() }
}

pub(crate) fn in_file(path: &Path, options: &Options) -> Engine {
    Engine::open(&Location::File(path.to_owned()), &[ITEMS], options, Hooks::default()).unwrap()
}

pub(crate) fn in_memory() -> Engine {
    Engine::open(&Location::Memory, &[ITEMS], &options(), Hooks::default()).unwrap()
}

/// Inserts an item and answers with its id.
pub(crate) fn insert(
    id: i64,
) -> impl FnOnce(&Connection) -> Result<Written<i64>, JobError<Infallible>> + Send + 'static {
    move |conn| {
        conn.execute("INSERT INTO item (id) VALUES (?1)", [id])?;
        Ok(Written::plain(id))
    }
}

pub(crate) fn ids(conn: &Connection) -> Result<Vec<i64>, JobError<Infallible>> {
    let mut statement = conn.prepare_cached("SELECT id FROM item ORDER BY id")?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// What the store holds, as a reader sees it.
pub(crate) async fn stored(engine: &Engine) -> Vec<i64> {
    done(engine.read(ids).await)
}

/// The answer of a job that the store could do and that was not refused.
pub(crate) fn done<T, E: std::fmt::Debug>(answer: Answer<T, E>) -> T {
    answer.unwrap().unwrap()
}

/// A caller's future, boxed so that callers with different jobs fit in one list.
pub(crate) type Caller<'a, T, E> = Pin<Box<dyn Future<Output = Answer<T, E>> + 'a>>;

/// Polls a future once. The first poll of a caller queues its job; a later one tells whether it was answered.
pub(crate) fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// A job in the middle of its run: the writer stands still until it is let go.
pub(crate) struct Held<'a> {
    let_go: mpsc::Sender<()>,
    caller: Caller<'a, (), Infallible>,
}

impl<'a> Held<'a> {
    /// Sends a job to the writer and waits until it has begun.
    pub(crate) fn writer(engine: &'a Engine) -> Self {
        let (let_go, gate) = mpsc::channel();
        let (begun, has_begun) = mpsc::channel();
        let mut caller: Caller<'a, (), Infallible> = Box::pin(engine.write(move |_| {
            begun.send(()).unwrap();
            gate.recv().unwrap();
            Ok(Written::plain(()))
        }));
        assert!(poll(&mut caller).is_pending());
        has_begun.recv().unwrap();
        Self { let_go, caller }
    }

    pub(crate) fn is_answered(&mut self) -> bool {
        poll(&mut self.caller).is_ready()
    }

    pub(crate) async fn let_go(self) -> Result<(), EngineError> {
        self.let_go.send(()).unwrap();
        self.caller.await.map(|Ok(())| ())
    }
}
