//! A store that is damaged, or whose files are not where they were, while it is open.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crm_sqlite::engine::Engine;
use crm_sqlite::engine::error::{Cause, EngineError, OpenError};
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::options::Options;
use crm_sqlite::engine::watch::Hooks;
use crm_testkit::files::names;
use rusqlite::Connection;

use super::support::{ITEMS, PATIENCE, done, folder, ids, in_file, insert, options, stored};

/// What is done to a file, and the fault that it is.
type Done = fn(&Path);

fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// The reason why this write is refused.
async fn refused(engine: &Engine, id: i64) -> String {
    match engine.write(insert(id)).await {
        Err(EngineError::Unavailable(Cause::Fault(fault))) => fault.to_string(),
        other => panic!("{other:?}"),
    }
}

async fn is_ready(engine: &Engine) -> bool {
    engine.probe(ids).await.is_ok()
}

#[tokio::test]
async fn a_store_whose_files_are_not_where_they_were_is_not_written_and_not_ready() {
    let removes: Done = |path| fs::remove_file(path).unwrap();
    let moves: Done = |path| fs::rename(path, path.with_extension("elsewhere")).unwrap();
    let replaces: Done = |path| {
        fs::copy(path, path.with_extension("other")).unwrap();
        fs::rename(path.with_extension("other"), path).unwrap();
    };
    let empties: Done = |path| drop(fs::File::create(path).unwrap());
    for (suffix, what, says) in [
        ("", removes, "moved or removed"),
        ("", moves, "moved or removed"),
        ("", replaces, "replaced"),
        ("", empties, "emptied"),
        ("-wal", removes, "moved or removed"),
        ("-wal", replaces, "replaced"),
        ("-shm", removes, "moved or removed"),
    ] {
        let (_folder, path) = folder();
        let engine = in_file(&path, &options());
        done(engine.write(insert(1)).await);
        assert!(is_ready(&engine).await);
        what(&beside(&path, suffix));
        let why = refused(&engine, 2).await;
        assert!(why.contains(says) && why.contains("crm.db"), "{suffix}: {why}");
        assert!(!is_ready(&engine).await, "{suffix} {says}");
        // Nothing puts it right but opening the store again.
        refused(&engine, 3).await;
    }
}

#[tokio::test]
async fn reads_go_on_after_the_file_was_moved() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    done(engine.write(insert(1)).await);
    fs::rename(&path, path.with_extension("elsewhere")).unwrap();
    refused(&engine, 2).await;
    assert_eq!(stored(&engine).await, [1]);
    assert_eq!(done(engine.glance(PATIENCE, ids).await), [1]);
}

#[tokio::test]
async fn a_file_that_goes_away_during_a_batch_leaves_its_outcome_open() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    done(engine.write(insert(1)).await);
    let (from, to) = (path.clone(), path.with_extension("elsewhere"));
    let written = engine.write(move |conn| {
        fs::rename(from, to).unwrap();
        insert(2)(conn)
    });
    let unsure = written.await;
    assert!(matches!(unsure, Err(EngineError::Unsure(Cause::Fault(_)))), "{unsure:?}");
}

#[tokio::test]
async fn a_link_that_leads_elsewhere_now_is_another_file() {
    let (folder, path) = folder();
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    in_file(&path, &options()).close();
    let engine = in_file(&link, &options());
    done(engine.write(insert(1)).await);
    let other = folder.path().join("other.db");
    in_file(&other, &options()).close();
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&other, &link).unwrap();
    assert!(refused(&engine, 2).await.contains("replaced"));
}

#[tokio::test]
async fn what_was_acknowledged_survives_that_the_log_is_removed() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &Options { watch_every: std::time::Duration::from_millis(1), ..options() });
    for id in 0..50 {
        done(engine.write(insert(id)).await);
    }
    let file = fs::read(&path).unwrap();
    fs::remove_file(beside(&path, "-wal")).unwrap();
    refused(&engine, 50).await;
    // The writer does it when it looks the next time, also without a write.
    let begun = std::time::Instant::now();
    while fs::read(&path).unwrap() == file {
        assert!(begun.elapsed() < PATIENCE, "nothing was brought into the file");
        std::thread::yield_now();
    }
    // As if the process had died now: nothing but the file is left.
    let copy = path.with_extension("copy");
    engine.close();
    fs::copy(&path, &copy).unwrap();
    let all: Vec<i64> = (0..50).collect();
    assert_eq!(ids(&Connection::open(copy).unwrap()).unwrap(), all);
}

#[tokio::test]
async fn a_log_that_another_has_made_is_left_alone_at_the_end() {
    let (folder, path) = folder();
    let engine = in_file(&path, &options());
    done(engine.write(insert(1)).await);
    fs::rename(&path, path.with_extension("elsewhere")).unwrap();
    fs::rename(beside(&path, "-wal"), path.with_extension("elsewhere-wal")).unwrap();
    fs::remove_file(beside(&path, "-shm")).unwrap();
    refused(&engine, 2).await;
    // Another program makes a store of its own at this place, with a log that is not in the file yet.
    let other = in_file(&path, &options());
    done(other.write(insert(7)).await);
    engine.close();
    assert!(names(folder.path()).contains(&"crm.db-wal".to_owned()));
    done(other.write(insert(8)).await);
    other.close();
    assert_eq!(ids(&Connection::open(&path).unwrap()).unwrap(), [7, 8]);
}

#[test]
fn no_store_is_made_beside_the_log_of_one_that_is_gone() {
    let (_folder, path) = folder();
    fs::write(beside(&path, "-wal"), "frames").unwrap();
    let refused = Engine::open(&Location::File(path.clone()), &[ITEMS], &options(), Hooks::default()).err();
    assert!(matches!(refused, Some(OpenError::LogWithoutStore { .. })), "{refused:?}");
    assert!(!path.exists());
    assert_eq!(fs::read(beside(&path, "-wal")).unwrap(), b"frames");
}

/// A store of many pages, all of which but the first are then overwritten, and its connections have read none of them.
async fn damaged() -> (tempfile::TempDir, Engine) {
    let (folder, path) = folder();
    let engine = in_file(&path, &options());
    let fills = engine.write(|conn: &Connection| {
        conn.execute(
            "WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 3000) \
             INSERT INTO item (id, body) SELECT n, randomblob(4000) FROM count",
            [],
        )?;
        insert(0)(conn)
    });
    done(fills.await);
    engine.close();
    let length = fs::metadata(&path).unwrap().len();
    let engine = in_file(&path, &options());
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let page = vec![0xA5; 4096];
    for at in (4096..length).step_by(page.len()) {
        file.write_all_at(&page, at).unwrap();
    }
    (folder, engine)
}

#[tokio::test]
async fn damage_that_a_read_finds_stops_all_writes() {
    for is_short in [true, false] {
        let (_folder, engine) = damaged().await;
        let found = if is_short { engine.glance(PATIENCE, ids).await } else { engine.read(ids).await };
        assert!(matches!(found, Err(EngineError::Damaged(_))), "{found:?}");
        assert!(refused(&engine, 9_999).await.contains("damaged"));
        assert!(!is_ready(&engine).await);
    }
}

#[tokio::test]
async fn damage_that_a_write_finds_takes_its_whole_batch_and_stops_all_others() {
    let (_folder, engine) = damaged().await;
    let found = engine.write(insert(9_999)).await;
    let damaged = matches!(found, Err(EngineError::Damaged(_) | EngineError::Unsure(_)));
    assert!(damaged, "{found:?}");
    assert!(refused(&engine, 10_000).await.contains("damaged"));
}
