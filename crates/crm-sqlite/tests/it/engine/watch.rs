//! What other processes commit is noticed, and what we commit is not.

use std::sync::mpsc;
use std::time::Duration;

use crm_sqlite::engine::Engine;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::options::Options;
use crm_sqlite::engine::watch::Hooks;
use rusqlite::Connection;

use super::support::{ITEMS, done, folder, ids, insert, options};

/// Far more than it should take: a machine may be slow.
const PATIENCE: Duration = Duration::from_secs(20);

fn often() -> Options {
    Options { watch_every: Duration::from_millis(2), ..options() }
}

/// An engine that reports what its hook reads, after `failures` calls that fail and one that panics.
fn watching(path: &std::path::Path, options: &Options, failures: u32) -> (Engine, mpsc::Receiver<Vec<i64>>) {
    let (report, reports) = mpsc::channel();
    let mut failures = failures;
    let hooks = Hooks {
        on_foreign_change: Box::new(move |conn| {
            if failures > 0 {
                failures -= 1;
                assert!(failures > 0, "on purpose");
                return Err("not yet".into());
            }
            report.send(ids(conn).unwrap())?;
            Ok(())
        }),
    };
    (Engine::open(&Location::File(path.to_owned()), &[ITEMS], options, hooks).unwrap(), reports)
}

fn insert_elsewhere(path: &std::path::Path, id: i64) {
    let elsewhere = Connection::open(path).unwrap();
    elsewhere.busy_timeout(PATIENCE).unwrap();
    elsewhere.execute("INSERT INTO item (id) VALUES (?1)", [id]).unwrap();
}

#[tokio::test]
async fn a_commit_of_another_process_is_noticed_and_our_own_are_not() {
    let (_folder, path) = folder();
    let (engine, reports) = watching(&path, &often(), 0);
    for id in 0..30 {
        done(engine.write(insert(id)).await);
    }
    insert_elsewhere(&path, 100);
    let seen = reports.recv_timeout(PATIENCE).unwrap();
    assert_eq!(seen.len(), 31);
    assert_eq!(seen.last(), Some(&100));
    engine.close();
    assert_eq!(reports.iter().count(), 0);
}

#[test]
fn by_default_it_is_noticed_within_a_second() {
    assert!(Options::default().watch_every <= Duration::from_millis(500));
    let (_folder, path) = folder();
    let (_engine, reports) = watching(&path, &Options::default(), 0);
    insert_elsewhere(&path, 1);
    assert_eq!(reports.recv_timeout(PATIENCE).unwrap(), [1]);
}

#[tokio::test]
async fn it_is_noticed_also_by_a_writer_that_never_rests() {
    let (_folder, path) = folder();
    let (engine, reports) = watching(&path, &often(), 0);
    insert_elsewhere(&path, -1);
    let mut id = 0;
    let seen = loop {
        let mut callers = Vec::new();
        for _ in 0..20 {
            callers.push(engine.write(insert(id)));
            id += 1;
        }
        for caller in callers {
            done(caller.await);
        }
        match reports.try_recv() {
            Ok(seen) => break seen,
            Err(error) => assert!(error == mpsc::TryRecvError::Empty && id < 1_000_000),
        }
    };
    assert_eq!(seen.first(), Some(&-1));
}

#[test]
fn a_hook_that_fails_or_panics_is_called_again() {
    let (_folder, path) = folder();
    let (engine, reports) = watching(&path, &often(), 3);
    insert_elsewhere(&path, 1);
    assert_eq!(reports.recv_timeout(PATIENCE).unwrap(), [1]);
    engine.close();
    assert_eq!(reports.iter().count(), 0);
}

#[tokio::test]
async fn two_engines_on_one_store_notice_each_other() {
    let (_folder, path) = folder();
    let (first, first_reports) = watching(&path, &often(), 0);
    let (second, second_reports) = watching(&path, &often(), 0);
    done(first.write(insert(1)).await);
    assert_eq!(second_reports.recv_timeout(PATIENCE).unwrap(), [1]);
    done(second.write(insert(2)).await);
    assert_eq!(first_reports.recv_timeout(PATIENCE).unwrap(), [1, 2]);
}
