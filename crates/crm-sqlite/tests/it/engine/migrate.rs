//! Migrations: in order, whole, once, and with a way back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crm_app::open_mode::OpenMode;
use crm_sqlite::engine::Engine;
use crm_sqlite::engine::error::OpenError;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::migrate::Migration;
use crm_sqlite::engine::options::Options;
use crm_sqlite::engine::watch::Hooks;
use crm_testkit::files::names;
use rusqlite::Connection;

use super::support::{ITEMS, done, folder, ids, in_file, insert, options, stored};

const COLOUR: Migration =
    Migration { number: 2, name: "colour", sql: "ALTER TABLE item ADD COLUMN colour TEXT" };
const BROKEN: Migration =
    Migration { number: 2, name: "broken", sql: "CREATE TABLE half (a); INSERT INTO nowhere VALUES (1)" };
const ORPHANS: Migration = Migration { number: 2, name: "orphans", sql: "INSERT INTO part VALUES (404)" };

fn open(path: &Path, migrations: &[Migration]) -> Result<Engine, OpenError> {
    Engine::open(&Location::File(path.to_owned()), migrations, &options(), Hooks::default())
}

fn version(path: &Path) -> i64 {
    let conn = Connection::open(path).unwrap();
    conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn an_existing_store_is_copied_before_it_is_migrated() {
    let (folder, path) = folder();
    let engine = in_file(&path, &options());
    done(engine.write(insert(1)).await);
    engine.close();

    let engine = open(&path, &[ITEMS, COLOUR]).unwrap();
    assert_eq!(stored(&engine).await, [1]);
    engine.close();
    assert_eq!(version(&path), 2);

    let copy = folder.path().join("crm.db.before-0002");
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(version(&copy), 1);
    assert_eq!(ids(&Connection::open(&copy).unwrap()).unwrap(), [1]);
    // The copy is a whole store: the older version opens it.
    assert_eq!(stored(&in_file(&copy, &options())).await, [1]);
}

#[test]
fn a_new_store_is_not_copied_and_an_up_to_date_one_neither() {
    let (folder, path) = folder();
    open(&path, &[ITEMS, COLOUR]).unwrap().close();
    open(&path, &[ITEMS, COLOUR]).unwrap().close();
    assert_eq!(names(folder.path()), ["crm.db"]);
    assert_eq!(version(&path), 2);
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_and_can_be_tried_again() {
    for broken in [BROKEN, ORPHANS] {
        let (folder, path) = folder();
        in_file(&path, &options()).close();
        let refused = open(&path, &[ITEMS, broken]).err().unwrap();
        assert!(matches!(refused, OpenError::Migration { number: 2, .. }), "{refused:?}");
        assert_eq!(version(&path), 1);
        let conn = Connection::open(&path).unwrap();
        assert!(!conn.table_exists(None, "half").unwrap());
        conn.close().unwrap();

        // What is written before the next try is in the next copy.
        let engine = in_file(&path, &options());
        done(engine.write(insert(2)).await);
        engine.close();
        open(&path, &[ITEMS, COLOUR]).unwrap().close();
        let copy = folder.path().join("crm.db.before-0002");
        assert_eq!(ids(&Connection::open(&copy).unwrap()).unwrap(), [2]);
        assert_eq!(names(folder.path()), ["crm.db", "crm.db.before-0002"]);
    }
}

#[tokio::test]
async fn many_that_open_an_old_store_at_once_migrate_it_once() {
    let (folder, path) = folder();
    let engine = in_file(&path, &options());
    done(engine.write(insert(1)).await);
    engine.close();
    let opened: Vec<Engine> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..2).map(|_| scope.spawn(|| open(&path, &[ITEMS, COLOUR]).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for engine in opened {
        assert_eq!(stored(&engine).await, [1]);
    }
    assert_eq!(version(&path), 2);
    assert_eq!(version(&folder.path().join("crm.db.before-0002")), 1);
}

fn open_in(path: &Path, migrations: &[Migration], mode: OpenMode) -> Result<Engine, OpenError> {
    let options = Options { mode, ..options() };
    Engine::open(&Location::File(path.to_owned()), migrations, &options, Hooks::default())
}

#[test]
fn an_older_store_is_left_as_it_is_by_those_who_only_use_it() {
    for mode in [OpenMode::CreateIfEmpty, OpenMode::Existing] {
        let (folder, path) = folder();
        in_file(&path, &options()).close();
        let before = fs::read(&path).unwrap();
        let refused = open_in(&path, &[ITEMS, COLOUR], mode).err().unwrap();
        assert!(matches!(refused, OpenError::OlderSchema { found: 1, needed: 2 }), "{refused:?}");
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(names(folder.path()), ["crm.db"]);
        open_in(&path, &[ITEMS, COLOUR], OpenMode::Migrate).unwrap().close();
        open_in(&path, &[ITEMS, COLOUR], mode).unwrap().close();
    }
}

#[test]
fn a_store_that_is_not_there_is_made_by_those_who_write_only() {
    let (folder, path) = folder();
    let refused = open_in(&path, &[ITEMS], OpenMode::Existing).err().unwrap();
    assert!(matches!(refused, OpenError::NoStore), "{refused:?}");
    assert_eq!(names(folder.path()), Vec::<String>::new());
    fs::write(&path, "").unwrap();
    assert!(matches!(open_in(&path, &[ITEMS], OpenMode::Existing), Err(OpenError::NoStore)));
    assert_eq!(fs::read(&path).unwrap(), b"");
    open_in(&path, &[ITEMS, COLOUR], OpenMode::CreateIfEmpty).unwrap().close();
    assert_eq!(version(&path), 2);
}

#[test]
fn a_new_store_is_never_found_half_made() {
    let (_folder, path) = folder();
    // The second migration fails: had the first one been kept, the file would be an older store.
    let failed = open_in(&path, &[ITEMS, BROKEN], OpenMode::CreateIfEmpty).err().unwrap();
    assert!(matches!(failed, OpenError::Migration { number: 2, .. }), "{failed:?}");
    assert_eq!(version(&path), 0);
    assert!(matches!(open_in(&path, &[ITEMS], OpenMode::Existing), Err(OpenError::NoStore)));
}
