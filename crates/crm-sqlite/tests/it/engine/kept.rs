//! Snapshots that short reads share: what is seen of them, and what they hold up.

use std::convert::Infallible;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use crm_sqlite::engine::Engine;
use crm_sqlite::engine::error::JobError;
use crm_sqlite::engine::job::Written;
use crm_sqlite::engine::options::{Options, Synchronous};
use rusqlite::Connection;

use super::support::{done, folder, in_file, in_memory, insert, options, poll};

/// Far more than it should take: a machine may be slow.
const PATIENCE: Duration = Duration::from_secs(20);
const FOR_EVER: Duration = Duration::from_hours(1);

fn highest(conn: &Connection) -> Result<i64, JobError<Infallible>> {
    Ok(conn.prepare_cached("SELECT coalesce(max(id), -1) FROM item")?.query_row([], |row| row.get(0))?)
}

async fn seen(engine: &Engine) -> i64 {
    done(engine.glance(PATIENCE, highest).await)
}

#[tokio::test]
async fn a_glance_sees_every_write_that_was_answered() {
    let (_folder, path) = folder();
    for engine in [in_file(&path, &options()), in_memory()] {
        for id in 0..300 {
            done(engine.write(insert(id)).await);
            // The second on the snapshot of the first.
            assert_eq!((seen(&engine).await, seen(&engine).await), (id, id));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_glance_beside_a_writer_see_what_it_has_answered() {
    let (_folder, path) = folder();
    let quick = Options { synchronous: Synchronous::Normal, glances: 3, ..options() };
    let (engine, answered) = (Arc::new(in_file(&path, &quick)), Arc::new(AtomicI64::new(-1)));
    let readers: Vec<_> = (0..6)
        .map(|_| {
            let (engine, answered) = (Arc::clone(&engine), Arc::clone(&answered));
            tokio::spawn(async move {
                let (mut glances, mut stale, mut before) = (0, 0, -1);
                while before < 999 {
                    let at_least = answered.load(Ordering::SeqCst);
                    let now = seen(&engine).await;
                    stale += u64::from(now < at_least || now < before);
                    (before, glances) = (now, glances + 1);
                    tokio::task::yield_now().await;
                }
                (glances, stale)
            })
        })
        .collect();
    for id in 0..1_000 {
        answered.store(done(engine.write(insert(id)).await), Ordering::SeqCst);
    }
    let mut glances = 0_u64;
    for reader in readers {
        let (some, stale) = reader.await.unwrap();
        assert_eq!(stale, 0, "of {some} glances");
        glances += some;
    }
    assert!(glances > 1_000, "{glances}");
}

#[tokio::test]
async fn what_another_process_commits_is_seen_once_the_snapshot_is_old() {
    for (snapshot_kept, first_seen) in [(FOR_EVER, 1), (Duration::ZERO, 2)] {
        let (_folder, path) = folder();
        let engine = in_file(&path, &Options { snapshot_kept, ..options() });
        done(engine.write(insert(1)).await);
        assert_eq!(seen(&engine).await, 1);
        Connection::open(&path).unwrap().execute("INSERT INTO item (id) VALUES (2)", []).unwrap();
        assert_eq!(seen(&engine).await, first_seen);
        // After a write of our own, even one that changes nothing: whoever was told that a record has changed reads it anew.
        let nothing = |_: &Connection| Err::<Written<()>, _>(JobError::Refused("no"));
        assert_eq!(engine.write(nothing).await.unwrap(), Err("no"));
        assert_eq!(seen(&engine).await, 2);
    }
    assert!(Options::default().snapshot_kept <= Duration::from_millis(10));
}

#[tokio::test]
async fn snapshots_that_are_kept_do_not_let_the_log_grow() {
    let (_folder, path) = folder();
    let quick = Options { synchronous: Synchronous::Normal, snapshot_kept: FOR_EVER, ..options() };
    let engine = in_file(&path, &quick);
    for id in 0..4_000 {
        assert_eq!(seen(&engine).await, id - 1);
        let write = move |conn: &Connection| -> Result<_, JobError<Infallible>> {
            conn.execute("INSERT INTO item (id, body) VALUES (?1, zeroblob(8192))", [id])?;
            Ok(Written::plain(()))
        };
        done(engine.write(write).await);
    }
    // 32 MiB and more were written; the log is to be begun anew after every 4.
    let log = std::fs::metadata(path.with_extension("db-wal")).unwrap().len();
    assert!(log < 8 * 1_024 * 1_024, "{log} bytes");
}

#[tokio::test]
async fn a_snapshot_that_nobody_uses_is_ended() {
    let often = Options { watch_every: Duration::from_millis(5), ..options() };
    for (snapshot_kept, is_ended) in [(FOR_EVER, false), (Duration::from_millis(1), true)] {
        let (_folder, path) = folder();
        let engine = in_file(&path, &Options { snapshot_kept, ..often.clone() });
        done(engine.write(insert(1)).await);
        let elsewhere = Connection::open(&path).unwrap();
        elsewhere.busy_timeout(Duration::ZERO).unwrap();
        let is_held_up = || -> bool {
            elsewhere.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap()
        };
        assert_eq!(seen(&engine).await, 1);
        // Enough for the writer to look after it some times.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let begun = Instant::now();
        while is_ended && is_held_up() {
            assert!(begun.elapsed() < PATIENCE);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(is_held_up(), !is_ended);
    }
}

#[tokio::test]
async fn a_snapshot_that_was_in_use_during_a_commit_is_not_kept() {
    let (_folder, path) = folder();
    let seldom =
        Options { watch_every: FOR_EVER, snapshot_kept: FOR_EVER, busy_timeout: Duration::ZERO, ..options() };
    let engine = Arc::new(in_file(&path, &seldom));
    done(engine.write(insert(1)).await);
    let (begun, has_begun) = mpsc::channel();
    let (let_go, gate) = mpsc::channel::<()>();
    let used = Arc::clone(&engine);
    let using = thread::spawn(move || {
        let mut glance = Box::pin(used.glance(PATIENCE, move |conn| {
            let seen = highest(conn)?;
            begun.send(()).unwrap();
            gate.recv().unwrap();
            Ok(seen)
        }));
        poll(&mut glance)
    });
    has_begun.recv().unwrap();
    done(engine.write(insert(2)).await);
    let elsewhere = Connection::open(&path).unwrap();
    elsewhere.busy_timeout(Duration::ZERO).unwrap();
    let is_held_up =
        || -> bool { elsewhere.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap() };
    assert!(is_held_up(), "it is in use");
    let_go.send(()).unwrap();
    let Poll::Ready(seen) = using.join().unwrap() else { panic!("a glance is over once it was polled") };
    assert_eq!(done(seen), 1);
    assert!(!is_held_up());
}

#[tokio::test]
async fn a_glance_that_fails_ends_its_snapshot_or_is_refused_leaves_the_next_one_as_it_was() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &Options { glances: 1, ..options() });
    done(engine.write(insert(1)).await);
    for _ in 0..3 {
        let fails = |conn: &Connection| -> Result<usize, JobError<Infallible>> {
            Ok(conn.execute("INSERT INTO item (id) VALUES (2)", [])?)
        };
        assert!(engine.glance(PATIENCE, fails).await.is_err(), "a glance cannot write");
        let ends =
            |conn: &Connection| -> Result<(), JobError<Infallible>> { Ok(conn.execute_batch("ROLLBACK")?) };
        done(engine.glance(PATIENCE, ends).await);
        let refused = engine.glance(PATIENCE, |_| Err::<(), _>(JobError::Refused("hidden"))).await;
        assert_eq!(refused.unwrap(), Err("hidden"));
        assert_eq!(seen(&engine).await, 1);
    }
    done(engine.write(insert(3)).await);
    assert_eq!(seen(&engine).await, 3);
}
