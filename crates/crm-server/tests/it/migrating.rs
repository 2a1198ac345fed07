//! Stores of older and newer versions: who migrates them, and who leaves them alone.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crm_sqlite::engine::migrate::APPLICATION_ID;
use rusqlite::Connection;

use crate::support::place::Place;

/// What the first version made.
const FIRST: &str = include_str!("../../../crm-sqlite/src/migrations/0001_initial.sql");

/// A folder with a store of the first version, and secrets by which its audit log could be checked.
fn older() -> Place {
    let place = Place::new()
        .with("JWT_ACCESS_SECRET", "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==")
        .with("JWT_REFRESH_SECRET", "w7Yq9l0t4U8jx8yHw2mS6bVa1KgD5rCf3eOzQnThXv==");
    fs::create_dir(place.folder().join("data")).unwrap();
    let store = place.sql();
    store.execute_batch(FIRST).unwrap();
    store.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    store.pragma_update(None, "user_version", 1).unwrap();
    drop(store);
    fs::set_permissions(place.store(), fs::Permissions::from_mode(0o600)).unwrap();
    place
}

fn version(path: &Path) -> u32 {
    Connection::open(path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// The copies that were made before migrations.
fn copies(place: &Place) -> Vec<String> {
    let mut names = crm_testkit::files::names(&place.folder().join("data"));
    names.retain(|name| name.contains(".before-"));
    names
}

/// Every kind of command that opens the store, but those that migrate.
const COMMANDS: [&[&str]; 10] = [
    &["user", "list"],
    &["user", "add", "--email", "ada@crm.example", "--name", "Ada", "--generate"],
    &["user", "disable", "ada@crm.example"],
    &["seed"],
    &["timezone"],
    &["timezone", "Europe/Berlin"],
    &["audit", "verify"],
    &["backup", "make", "--to", "backup.db"],
    &["store", "copy", "--from", "sqlite://data/crm.db", "--to", "sqlite://copy.db"],
    &["store", "copy", "--from", "sqlite://copy.db", "--to", "sqlite://data/crm.db"],
];

#[test]
fn an_older_store_is_refused_by_every_command_that_does_not_migrate() {
    let place = older();
    // Something to copy from, made by this version.
    place.command(&["timezone", "UTC"]).env("CRM__STORE__URL", "sqlite://copy.db").output().unwrap();
    let before = fs::read(place.store()).unwrap();
    for command in COMMANDS {
        let refused = place.run(command).refused();
        assert!(refused.contains("crm-server store migrate"), "{command:?}: {refused}");
    }
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, 1, "{doctor:?}");
    assert!(doctor.out.contains("crm-server store migrate"), "{doctor:?}");
    assert_eq!((fs::read(place.store()).unwrap(), copies(&place)), (before, vec![]));
}

#[test]
fn store_migrate_brings_an_older_store_up_to_date_and_keeps_a_copy() {
    let place = older();
    for _ in 0..2 {
        let said = place.run(&["store", "migrate"]).succeeded();
        assert!(said.contains("is up to date"), "{said}");
        assert_eq!(copies(&place), ["crm.db.before-0002"]);
    }
    assert_eq!(version(&place.folder().join("data/crm.db.before-0002")), 1);
    assert!(version(&place.store()) > 1);
    place.run(&["user", "list"]).succeeded();
    assert_eq!(place.run(&["doctor"]).code, 0);
}

#[test]
fn the_server_brings_an_older_store_up_to_date() {
    let place = older();
    place.serve().stop();
    assert!(version(&place.store()) > 1);
    assert_eq!(copies(&place), ["crm.db.before-0002"]);
    place.run(&["user", "list"]).succeeded();
}

#[test]
fn of_two_migrations_at_once_one_is_made_and_the_other_refused_or_done_after_it() {
    for _ in 0..5 {
        let place = older();
        let running: Vec<_> = (0..3).map(|_| place.command(&["store", "migrate"]).spawn().unwrap()).collect();
        let ended: Vec<_> = running.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let done = ended.iter().filter(|output| output.status.success()).count();
        assert!(done >= 1, "{ended:?}");
        for output in ended.iter().filter(|output| !output.status.success()) {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.code() == Some(2) && said.contains("is in use"), "{said}");
        }
        assert_eq!(copies(&place), ["crm.db.before-0002"]);
        assert_eq!(version(&place.folder().join("data/crm.db.before-0002")), 1);
    }
}

#[test]
fn a_store_that_is_served_is_not_migrated() {
    let place = Place::seeded();
    let server = place.serve();
    let refused = place.run(&["store", "migrate"]).refused();
    assert!(refused.contains(&server.id().to_string()), "{refused}");
    server.stop();
}

#[test]
fn a_newer_store_is_refused_by_everybody_and_left_as_it_is() {
    let place = Place::seeded();
    place.sql().pragma_update(None, "user_version", 999).unwrap();
    let before = fs::read(place.store()).unwrap();
    let migrates: [&[&str]; 2] = [&["serve"], &["store", "migrate"]];
    for command in migrates.into_iter().chain([COMMANDS[0], COMMANDS[1], COMMANDS[4], COMMANDS[7]]) {
        let ended = place.run(command);
        assert_eq!(ended.code, 1, "{command:?}: {ended:?}");
        assert!(ended.err.contains("schema 999 of a newer version"), "{command:?}: {ended:?}");
    }
    assert_eq!(fs::read(place.store()).unwrap(), before);
}

/// Everything in the store, with the tables in which search indexes keep what they hold.
fn contents(place: &Place) -> String {
    let store = place.sql();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'";
    let mut tables = store.prepare(tables).unwrap();
    let names = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap);
    let mut contents = String::new();
    for table in ["sqlite_schema".to_owned()].into_iter().chain(names) {
        let mut rows = store.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<_> = (0..columns).map(|at| row.get_ref(at).unwrap()).collect();
            writeln!(contents, "{table} {values:?}").unwrap();
        }
    }
    contents
}

#[test]
fn a_command_that_only_reads_writes_nothing() {
    let place = Place::seeded();
    // What a start of the server would put right: counters by the hour that do not add up to their day.
    assert!(place.sql().execute("UPDATE tally SET n = n + 5 WHERE kind = 6", []).unwrap() > 0);
    let before = contents(&place);
    let doctor: &[&str] = &["doctor", "--recount"];
    for command in [COMMANDS[0], COMMANDS[4], COMMANDS[6], COMMANDS[7], doctor] {
        let ended = place.run(command);
        assert_eq!(ended.code, i32::from(command == doctor), "{command:?}: {ended:?}");
        assert!(contents(&place) == before, "{command:?} has written");
    }
    place.run(&["store", "migrate"]).succeeded();
    assert!(contents(&place) != before, "what is wrong is put right by a migration");
}

#[test]
fn a_store_that_is_not_there_is_made_by_commands_that_write_only() {
    let place = Place::new();
    for command in [COMMANDS[0], COMMANDS[4], COMMANDS[7], &["store", "migrate"]] {
        let refused = place.run(command).refused();
        assert!(refused.contains("there is no store"), "{command:?}: {refused}");
        assert!(!place.store().exists(), "{command:?}");
    }
    place.run(COMMANDS[1]).succeeded();
    assert!(place.run(COMMANDS[0]).succeeded().contains("ada@crm.example"));
}
