//! `store copy`: everything from one store into another, either way, or nothing that would be served.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::support::client::Client;
use crate::support::place::{Ended, Place};
use crate::support::until;

/// What is in the tables that hold records, every column but the numbers of rows, which each store gives itself.
pub(crate) fn rows(store: &Path) -> Vec<(String, Vec<Vec<Value>>)> {
    let sql = Connection::open(store).unwrap();
    let tables = [
        "workspace",
        "user",
        "session",
        "lead",
        "customer",
        "note",
        "task",
        "activity",
        "transfer",
        "replay",
        "tally",
    ];
    tables.iter().map(|table| (table.to_string(), rows_of(&sql, table))).collect()
}

fn rows_of(sql: &Connection, table: &str) -> Vec<Vec<Value>> {
    let mut statement = sql.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns: Vec<usize> = (0..statement.column_count())
        .filter(|at| table == "tally" || statement.column_name(*at).unwrap() != "n")
        .collect();
    let read = |row: &rusqlite::Row<'_>| columns.iter().map(|at| row.get(*at)).collect();
    let mut rows: Vec<Vec<Value>> = statement.query_map([], read).unwrap().map(Result::unwrap).collect();
    rows.sort_by_cached_key(|row| format!("{row:?}"));
    rows
}

fn copy(place: &Place, from: &str, to: &str) -> Ended {
    place.run(&["store", "copy", "--from", from, "--to", to])
}

/// The lines about each kind: how many and their hash.
fn sums(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.ends_with(", the same in both")).collect()
}

const HERE: &str = "sqlite://data/crm.db";

/// A store with some hundreds of records, somebody signed in, and a zone of its own.
async fn filled() -> Place {
    let place = Place::new();
    let amounts = ["--leads", "300", "--customers", "120", "--tasks", "200", "--agents", "5"];
    place.run(&[&["seed"], &amounts[..]].concat()).succeeded();
    place.run(&["timezone", "Asia/Kathmandu"]).succeeded();
    let server = place.serve();
    Client::admin(server.url()).await;
    server.stop();
    place
}

#[tokio::test]
async fn a_copy_of_a_served_store_holds_the_same_and_can_be_served() {
    let place = filled().await;
    let server = place.serve();
    let said = copy(&place, HERE, "sqlite://other/copy.db").succeeded();
    assert!(sums(&said).len() > 6, "{said}");
    assert!(said.contains("/other/copy.db holds what sqlite:///"), "{said}");
    server.stop();
    let other = place.folder().join("other/copy.db");
    assert_eq!(rows(&other), rows(&place.store()));
    let place = place.with("CRM__STORE__URL", "sqlite://other/copy.db");
    let ended = place.run(&["doctor", "--recount"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    assert_eq!(admin.get("/api/leads?archived=all").await.1["total"], 300);
    server.stop();
}

#[tokio::test]
async fn a_store_that_holds_something_or_is_served_takes_no_copy() {
    let place = filled().await;
    let before = rows(&place.store());
    place.run(&["store", "copy", "--from", HERE, "--to", "sqlite://other.db"]).succeeded();
    let refused = copy(&place, "sqlite://other.db", HERE).refused();
    assert!(refused.contains("/data/crm.db is not empty and was left as it was"), "{refused}");
    assert_eq!(rows(&place.store()), before);
    let empty = Place::new();
    let server = empty.serve();
    let from = format!("sqlite://{}", place.store().display());
    let refused = copy(&empty, &from, HERE).refused();
    assert!(refused.contains("is in use") && refused.contains("already serves"), "{refused}");
    server.stop();
    copy(&empty, &from, HERE).succeeded();
    assert_eq!(rows(&empty.store()), before);
}

#[test]
fn addresses_that_will_not_do_are_refused_without_being_quoted() {
    let place = Place::seeded();
    for (from, to, why) in [
        ("sqlite://none.db", "sqlite://x.db", "there is no store at sqlite:///"),
        (HERE, HERE, "cannot be copied into itself"),
        (HERE, "sqlite://data/../data/crm.db", "cannot be copied into itself"),
        ("sqlite://:memory:", HERE, "--from: a store in memory ends with the command"),
        (HERE, "hunter2://root@db", "--to must start with sqlite:// or mongodb://"),
    ] {
        let refused = copy(&place, from, to).refused();
        assert!(refused.contains(why) && !refused.contains("hunter2"), "{refused}");
    }
    assert!(!place.folder().join("none.db").exists() && !place.folder().join("x.db").exists());
    let unreachable = "mongodb://root:hunter2@127.0.0.1:1/crm";
    let ended = place.with("CRM_COPY_TO", unreachable).run(&["store", "copy", "--from", HERE]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("mongodb://127.0.0.1:1/crm") && !ended.err.contains("hunter2"), "{ended:?}");
}

#[tokio::test]
async fn a_copy_that_was_killed_is_not_served_and_the_same_command_begins_it_anew() {
    let place = Place::new();
    let amounts = ["--leads", "2500", "--customers", "1000", "--tasks", "2000"];
    place.run(&[&["seed"], &amounts[..]].concat()).succeeded();
    let other = place.folder().join("copy.db");
    let arguments = ["store", "copy", "--from", HERE, "--to", "sqlite://copy.db"];
    let mut copying = place.command(&arguments).spawn().unwrap();
    until("some of it has arrived", Duration::from_mins(1), async || {
        let count = |sql: Connection| sql.query_row("SELECT count(*) FROM lead", [], |row| row.get(0));
        other.exists() && Connection::open(&other).and_then(count).is_ok_and(|leads: u32| leads > 0)
    })
    .await;
    copying.kill().unwrap();
    copying.wait().unwrap();
    let served = place.with("CRM__STORE__URL", "sqlite://copy.db");
    for command in [&["serve"][..], &["timezone"], &["seed"], &["user", "list"]] {
        let refused = served.run(command).refused();
        let (from, to) = (served.store(), other.display());
        let again = format!("--from sqlite://{} --to sqlite://{to}` begins it anew", from.display());
        assert!(refused.contains("/copy.db holds a copy that is not whole"), "{refused}");
        assert!(refused.contains(&again) && refused.contains("`crm-server store copy --from"), "{refused}");
    }
    let refused = copy(&served, "sqlite://copy.db", "sqlite://third.db").refused();
    assert!(refused.contains("a copy that is not whole"), "{refused}");
    served.run(&arguments).succeeded();
    assert_eq!(rows(&other), rows(&served.store()));
    let ended = served.run(&["doctor", "--recount"]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

mod on_mongodb {
    use crm_testkit::mongod::database;

    use super::*;

    /// The last line of the complaint; the one before may be about the version of MongoDB.
    fn refusal(ended: &Ended) -> String {
        assert_eq!(ended.code, 2, "{ended:?}");
        ended.err.trim_end().lines().last().unwrap_or_default().to_owned()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_store_that_went_to_mongodb_and_came_back_is_the_same() {
        let place = filled().await;
        let database = database().await;
        let there = database.database_uri();
        let out = copy(&place, HERE, &there).succeeded();
        let back = copy(&place, &there, "sqlite://back.db").succeeded();
        assert_eq!(sums(&out), sums(&back));
        assert_eq!(rows(&place.folder().join("back.db")), rows(&place.store()));
        let refused = refusal(&copy(&place, HERE, &there));
        assert!(refused.contains("is not empty and was left as it was"), "{refused}");
        let place = place.with("CRM__STORE__URL", &there);
        let ended = place.run(&["doctor", "--recount"]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_copy_to_mongodb_that_was_killed_is_not_served_and_begins_anew() {
        let place = Place::new();
        place.run(&["seed", "--leads", "2500", "--customers", "1000", "--tasks", "2000"]).succeeded();
        let database = database().await;
        let there = database.database_uri();
        let arguments = ["store", "copy", "--from", HERE, "--to", &there];
        let mut copying = place.command(&arguments).spawn().unwrap();
        let served = place.with("CRM__STORE__URL", &there);
        until("the target is marked", Duration::from_mins(1), async || {
            // Asked of the program, as only it knows. Before the mark it finds no store.
            served.run(&["timezone"]).err.contains("holds a copy that is not whole")
        })
        .await;
        copying.kill().unwrap();
        copying.wait().unwrap();
        let refused = refusal(&served.run(&["serve"]));
        assert!(refused.contains("holds a copy that is not whole"), "{refused}");
        assert!(refused.contains("/data/crm.db --to mongodb://127.0.0.1:"), "{refused}");
        served.run(&arguments).succeeded();
        copy(&served, &there, "sqlite://back.db").succeeded();
        assert_eq!(rows(&served.folder().join("back.db")), rows(&served.store()));
    }
}
