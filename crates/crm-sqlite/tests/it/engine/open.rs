//! Opening: what is made, what is turned on, what is refused.

use std::convert::Infallible;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crm_sqlite::engine::Engine;
use crm_sqlite::engine::error::{JobError, OpenError};
use crm_sqlite::engine::job::Written;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::migrate::APPLICATION_ID;
use crm_sqlite::engine::watch::Hooks;
use rusqlite::Connection;

use super::support::{ITEMS, done, folder, in_file, insert, options};

fn refusal(path: &Path) -> OpenError {
    let opened = Engine::open(&Location::File(path.to_owned()), &[ITEMS], &options(), Hooks::default());
    opened.err().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_new_store_and_its_folder_are_its_owners_alone() {
    let (folder, _) = folder();
    let path = folder.path().join("deep").join("data").join("crm.db");
    let engine = in_file(&path, &options());
    done(engine.write(insert(1)).await);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_file_name("crm.db-wal")), 0o600);
    assert_eq!(mode(&path.with_file_name("crm.db-shm")), 0o600);
}

#[tokio::test]
async fn commits_go_to_a_log_and_are_synced_in_full() {
    let (_folder, path) = folder();
    let engine = in_file(&path, &options());
    let settings = |conn: &Connection| -> Result<_, JobError<Infallible>> {
        let number = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let journal: String = conn.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        Ok(Written::plain((
            journal,
            number("synchronous")?,
            number("foreign_keys")?,
            number("trusted_schema")?,
        )))
    };
    assert_eq!(done(engine.write(settings).await), ("wal".to_owned(), 2, 1, 0));
}

#[tokio::test]
async fn a_closed_store_is_one_file() {
    let (folder, path) = folder();
    let engine = in_file(&path, &options());
    done(engine.write(insert(1)).await);
    engine.close();
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["crm.db"]);
}

#[tokio::test]
async fn one_store_may_be_opened_twice_and_by_many_at_once() {
    let (_folder, path) = folder();
    let opened: Vec<Engine> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| in_file(&path, &options()))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (id, engine) in (0..).zip(&opened) {
        done(engine.write(insert(id)).await);
    }
}

#[test]
fn a_newer_store_is_refused_and_left_as_it_is() {
    let (_folder, path) = folder();
    in_file(&path, &options()).close();
    let conn = Connection::open(&path).unwrap();
    conn.pragma_update(None, "user_version", 7).unwrap();
    conn.query_row("PRAGMA journal_mode = delete", [], |_| Ok(())).unwrap();
    conn.close().unwrap();
    let before = fs::read(&path).unwrap();
    let refused = refusal(&path);
    assert!(matches!(refused, OpenError::NewerSchema { found: 7, known: 1 }), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn another_programs_database_is_refused_and_left_as_it_is() {
    for application_id in [0, 0x4750_4b47] {
        let (_folder, path) = folder();
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch("CREATE TABLE theirs (a)").unwrap();
        conn.pragma_update(None, "application_id", application_id).unwrap();
        conn.close().unwrap();
        let before = fs::read(&path).unwrap();
        let refused = refusal(&path);
        assert!(
            matches!(refused, OpenError::Foreign { application_id: found } if found == application_id),
            "{refused:?}"
        );
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let (_folder, path) = folder();
    let text = "name,email\n".repeat(400);
    fs::write(&path, &text).unwrap();
    assert!(matches!(refusal(&path), OpenError::NotADatabase(_)));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let (folder, _) = folder();
    fs::write(folder.path().join("file"), "").unwrap();
    assert!(matches!(refusal(&folder.path().join("file").join("crm.db")), OpenError::File(_)));
}

#[test]
fn a_store_says_whose_it_is() {
    let (_folder, path) = folder();
    in_file(&path, &options()).close();
    let conn = Connection::open(&path).unwrap();
    let found: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0)).unwrap();
    assert_eq!(found, APPLICATION_ID);
}
