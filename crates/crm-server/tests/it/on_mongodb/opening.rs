//! What is said of a MongoDB that cannot be used: one clear line, and never the password.

use crm_testkit::mongod::guarded::Guarded;
use crm_testkit::mongod::standalone::Standalone;
use crm_testkit::mongod::{self, TestDatabase};

use serde_json::json;

use super::{place, seeded};
use crate::support::client::Client;
use crate::support::place::{Ended, Place};

const PASSWORD: &str = "hunter2-hunter2";

/// Starts to serve, which does not work, and gives the one line it complained in.
fn refused(uri: &str) -> String {
    let place = at(uri);
    let ended = place.run(&["serve"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, 1, "{doctor:?}");
    for said in [&ended.err, &ended.out, &doctor.err, &doctor.out] {
        assert!(!said.contains(PASSWORD), "{said}");
    }
    let lines: Vec<&str> = ended.err.lines().filter(|line| !line.contains("CVE-2025-14847")).collect();
    assert_eq!(lines.len(), 1, "{ended:?}");
    let line = lines[0].to_owned();
    let cause = line.split("cannot be opened: ").nth(1).unwrap_or(&line);
    assert!(
        about(&doctor, "mongodb").contains(cause) || about(&doctor, "store").contains(cause),
        "{doctor:?}"
    );
    line
}

fn at(uri: &str) -> Place {
    Place::new().with("MONGODB_URI", uri).with("CRM__STORE__MONGODB__SERVER_SELECTION_TIMEOUT_MS", "1500")
}

/// All that the doctor found wrong or doubtful about this.
fn about(doctor: &Ended, what: &str) -> String {
    let lines = doctor.out.lines().filter(|line| line.split_whitespace().nth(1) == Some(what));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standalone_server_is_refused_with_the_command_that_makes_it_a_replica_set() {
    let server = Standalone::start().await;
    let line = refused(&format!("{}crm", server.uri()));
    assert!(line.contains("mongosh --eval 'rs.initiate()'"), "{line}");
}

#[test]
fn hosts_that_cannot_be_reached_are_named() {
    let line = refused(&format!("mongodb://crm:{PASSWORD}@127.0.0.1:1/crm?replicaSet=rs0"));
    assert!(
        line.contains("no member of the replica set can be reached (127.0.0.1:1: the connection is refused"),
        "{line}"
    );
}

#[test]
fn an_address_that_is_none_is_refused_by_the_settings() {
    let place = at(&format!("mongodb://crm:{PASSWORD}@/crm"));
    let line = place.run(&["serve"]).refused();
    assert!(line.contains("store.url: must name a host") && !line.contains(PASSWORD), "{line}");
    let line = refused(&format!("mongodb://crm:{PASSWORD}@127.0.0.1:99999/crm"));
    assert!(line.contains("the connection string is not valid"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_let_in_or_lacks_rights_is_told_so() {
    let server = Guarded::start().await;
    server.user("reader", PASSWORD, "read", "crm").await;
    server.user("crm", PASSWORD, "readWrite", "crm").await;
    let line = refused(&server.uri_of("crm", "wrong", "crm"));
    assert!(line.contains("MongoDB refuses the user name or the password"), "{line}");
    let line = refused(&server.uri_of("crm", PASSWORD, "another"));
    assert!(line.contains("it needs the role readWrite"), "{line}");
    // Whoever may only read learns it where something is to be made; the doctor makes nothing.
    let ended = at(&server.uri_of("reader", PASSWORD, "crm")).run(&["serve"]);
    assert!(ended.code == 1 && ended.err.contains("it needs the role readWrite there"), "{ended:?}");
    let place = at(&server.uri_of("crm", PASSWORD, "crm"));
    place.run(&["seed"]).succeeded();
    let serving = place.serve();
    assert_eq!(Client::admin(serving.url()).await.get("/readyz").await.0, 200);
    let complaints = serving.stop();
    assert!(!complaints.contains(PASSWORD), "{complaints}");
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, 0, "{doctor:?}");
    assert!(about(&doctor, "access").contains("with a user, but not encrypted"), "{doctor:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_something_else_is_left_alone() {
    let database: TestDatabase = mongod::database().await;
    database.insert("leads", "name", "Ada").await;
    let line = refused(&database.database_uri());
    assert!(line.contains("has a collection leads that is not of this store"), "{line}");
    assert_eq!(database.collections().await, ["leads"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_a_store_on_a_mongodb_sound_and_makes_none() {
    let database = mongod::database().await;
    let before = place(&database).run(&["doctor"]);
    assert_eq!(before.code, 0, "{before:?}");
    assert!(about(&before, "store").contains("is empty; the first `crm-server serve` makes"), "{before:?}");
    assert!(database.collections().await.is_empty());
    let ended = seeded(&database).run(&["doctor", "--recount"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    for (what, said) in [
        ("mongodb", "replica set rs0"),
        ("members", "with fewer than three none can be lost"),
        ("access", "without a user and not encrypted"),
        ("store", "10 leads"),
        ("integrity", "every record can be read"),
        ("counters", "agree with the records"),
    ] {
        assert!(about(&ended, what).contains(said), "{what}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_if_empty_an_empty_database_is_filled_and_any_other_is_left_as_it_is() {
    let database = mongod::database().await;
    let place = place(&database);
    let said = place.run(&["seed", "--if-empty"]).succeeded();
    assert!(said.contains("holds 3 users, 10 leads"), "{said}");
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    assert_eq!(admin.get("/readyz").await, (200, json!({ "ok": true, "store": "mongodb" })));
    let made = admin.post("/api/leads", json!({ "name": "Mine" })).await;
    assert_eq!(made.0, 201, "{made:?}");
    // As `docker compose up` does again beside a server that runs.
    let said = place.run(&["seed", "--if-empty"]).succeeded();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("has 3 users and") && said.contains("is left alone"), "{said}");
    assert_eq!(admin.get("/api/leads?archived=all").await.1["total"], 11);
    server.stop();
}
