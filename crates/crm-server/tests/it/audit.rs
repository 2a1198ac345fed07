//! The audit log as its operators check it, and as somebody meddles with it who can write the file and has no key.

use rusqlite::Connection;

use crate::support::client::Client;
use crate::support::place::Place;

/// A store with a dozen entries: accounts, sign-ins good and bad, a refusal, an ended session.
async fn eventful() -> Place {
    let place = Place::seeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let agent = Client::agent(server.url()).await;
    assert_eq!(agent.get("/api/audit").await.0, 403);
    let guess = serde_json::json!({ "email": "agent1@crm.com", "password": "a guess" });
    assert_eq!(agent.post("/api/auth/login", guess).await.0, 401);
    let (status, users) = admin.get("/api/auth/users?q=agent2").await;
    assert_eq!(status, 200);
    let path = format!("/api/auth/users/{}", users["items"][0]["id"].as_str().unwrap());
    let renamed =
        admin.ask(reqwest::Method::PATCH, &path, Some(serde_json::json!({ "role": "admin" }))).await;
    assert_eq!(renamed.unwrap().0, 200);
    assert_eq!(agent.ask(reqwest::Method::DELETE, "/api/auth/sessions", None).await.unwrap().0, 200);
    server.stop();
    place
}

/// What is told of the store by a check.
fn verify(place: &Place, noted: Option<&str>) -> (i32, String) {
    let mut arguments = vec!["audit", "verify"];
    arguments.extend(noted.iter().flat_map(|noted| ["--noted", noted]));
    let ended = place.run(&arguments);
    assert_eq!(ended.err, "", "{ended:?}");
    (ended.code, ended.out)
}

fn last(told: &str) -> String {
    told.trim_end().rsplit_once(": ").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_whole_and_holds_what_was_noted() {
    let place = eventful().await;
    let (code, told) = verify(&place, None);
    assert_eq!(code, 0, "{told}");
    let noted = last(&told);
    place.run(&["user", "disable", "agent1@crm.com"]).succeeded();
    let (code, told) = verify(&place, Some(&noted));
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("it holds what was noted"), "{told}");
    assert_ne!(last(&told), noted);
    let kinds: Vec<String> = place
        .sql()
        .prepare("SELECT kind FROM audit ORDER BY sequence")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for kind in
        ["user_created", "sign_in_ok", "sign_in_failed", "access_refused", "role_changed", "user_deactivated"]
    {
        assert!(kinds.iter().any(|found| found == kind), "{kind} in {kinds:?}");
    }
}

/// What somebody does who can write the file, with the number of the entry where it must show; 0 where any will do.
const MEDDLING: &[(&str, &str, u64)] = &[
    ("id", "UPDATE audit SET id = randomblob(16) WHERE sequence = 4", 4),
    ("moment", "UPDATE audit SET at = at + 1 WHERE sequence = 4", 4),
    ("kind", "UPDATE audit SET kind = 'access_refused' WHERE sequence = 4", 4),
    ("actor", "UPDATE audit SET actor = randomblob(16), actor_name = 'x' WHERE sequence = 4", 4),
    ("actor's name", "UPDATE audit SET actor_name = 'Somebody Else' WHERE sequence = 4", 4),
    ("user", "UPDATE audit SET subject = randomblob(16) WHERE sequence = 4", 4),
    ("session", "UPDATE audit SET session = randomblob(16) WHERE sequence = 4", 4),
    ("address", "UPDATE audit SET address = '192.0.2.1' WHERE sequence = 4", 4),
    ("request", "UPDATE audit SET request_id = 'another' WHERE sequence = 4", 4),
    ("count", "UPDATE audit SET count = count + 1 WHERE sequence = 4", 4),
    ("details", "UPDATE audit SET details = '{\"x\":\"y\"}' WHERE sequence = 4", 4),
    ("seal", "UPDATE audit SET seal = randomblob(32) WHERE sequence = 4", 4),
    ("unreadable", "UPDATE audit SET details = '[' WHERE sequence = 4", 4),
    ("no such kind", "UPDATE audit SET kind = 'nonsense' WHERE sequence = 4", 4),
    ("one removed", "DELETE FROM audit WHERE sequence = 4", 4),
    ("several removed", "DELETE FROM audit WHERE sequence BETWEEN 3 AND 5", 3),
    (
        "removed, the gap closed",
        "DELETE FROM audit WHERE sequence = 4; \
        UPDATE audit SET sequence = -sequence WHERE sequence > 4; UPDATE audit SET sequence = -sequence - 1 WHERE sequence < 0",
        4,
    ),
    ("beginning cut off", "DELETE FROM audit WHERE sequence <= 2", 1),
    ("end cut off", "DELETE FROM audit WHERE sequence > 5", 6),
    ("last cut off", "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)", 0),
    ("everything cut off", "DELETE FROM audit", 1),
    (
        "end cut off and named",
        "DELETE FROM audit WHERE sequence > 5; UPDATE audit_head SET last = 5, \
        last_seal = (SELECT seal FROM audit WHERE sequence = 5)",
        5,
    ),
    (
        "beginning cut off and named",
        "UPDATE audit_head SET anchor = 2, anchor_seal = (SELECT seal FROM audit \
        WHERE sequence = 2); DELETE FROM audit WHERE sequence <= 2",
        0,
    ),
    (
        "two swapped",
        "UPDATE audit SET sequence = -4 WHERE sequence = 4; UPDATE audit SET sequence = 4 WHERE sequence = 5; \
        UPDATE audit SET sequence = 5 WHERE sequence = -4",
        4,
    ),
    (
        "two far ones swapped",
        "UPDATE audit SET sequence = -2 WHERE sequence = 2; \
        UPDATE audit SET sequence = 2 WHERE sequence = 6; UPDATE audit SET sequence = 6 WHERE sequence = -2",
        2,
    ),
    (
        "one put in",
        "UPDATE audit SET sequence = -sequence WHERE sequence >= 4; \
        INSERT INTO audit SELECT 4, randomblob(16), at, kind, actor, actor_name, subject, session, address, \
        request_id, count, details, seal FROM audit WHERE sequence = 3; \
        UPDATE audit SET sequence = -sequence + 1 WHERE sequence < 0",
        4,
    ),
    (
        "one added",
        "INSERT INTO audit SELECT sequence + 1, randomblob(16), at, kind, actor, actor_name, subject, \
        session, address, request_id, count, details, seal FROM audit ORDER BY sequence DESC LIMIT 1",
        0,
    ),
    ("head: last", "UPDATE audit_head SET last = last - 1", 0),
    ("head: its seal", "UPDATE audit_head SET last_seal = randomblob(32)", 0),
    ("head: anchor", "UPDATE audit_head SET anchor = 1", 0),
    ("head: seal", "UPDATE audit_head SET seal = randomblob(32)", 0),
    ("head removed", "DELETE FROM audit_head", 0),
];

/// Does it, with everything taken away first that is there against mistakes.
fn meddle(sql: &Connection, what: &str) {
    sql.execute_batch("DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_goes_from_its_beginning;")
        .unwrap();
    sql.execute_batch("PRAGMA ignore_check_constraints = ON").unwrap();
    sql.execute_batch(what).unwrap();
}

#[tokio::test]
async fn whatever_is_done_to_the_file_is_found_and_named() {
    let place = eventful().await;
    let copy = place.folder().join("copy.db");
    place.sql().execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    let mut found = 0;
    for (name, what, at) in MEDDLING {
        for file in ["data/crm.db", "data/crm.db-wal", "data/crm.db-shm"] {
            std::fs::remove_file(place.folder().join(file)).ok();
        }
        std::fs::copy(&copy, place.store()).unwrap();
        let sql = place.sql();
        sql.pragma_update(None, "journal_mode", "wal").unwrap();
        meddle(&sql, what);
        drop(sql);
        let (code, told) = verify(&place, None);
        assert_eq!(code, 1, "{name}: {told}");
        assert!(told.contains("NOT whole"), "{name}: {told}");
        assert!(*at == 0 || told.contains(&format!("at entry {at} ")), "{name}: {told}");
        found += 1;
    }
    assert_eq!(found, MEDDLING.len());
}

#[tokio::test]
async fn a_server_that_goes_on_does_not_hide_what_was_done() {
    let place = eventful().await;
    let sql = place.sql();
    meddle(
        &sql,
        "DELETE FROM audit WHERE sequence > 5; UPDATE audit_head SET last = 5, \
        last_seal = (SELECT seal FROM audit WHERE sequence = 5)",
    );
    drop(sql);
    let server = place.serve();
    Client::admin(server.url()).await;
    server.stop();
    assert_eq!(verify(&place, None).0, 1);
}

#[tokio::test]
async fn an_older_copy_of_the_whole_store_is_found_by_what_was_noted() {
    let place = eventful().await;
    let copy = place.folder().join("copy.db");
    place.sql().execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    place.run(&["user", "disable", "agent1@crm.com"]).succeeded();
    let noted = last(&verify(&place, None).1);
    for file in ["data/crm.db-wal", "data/crm.db-shm"] {
        std::fs::remove_file(place.folder().join(file)).ok();
    }
    std::fs::copy(&copy, place.store()).unwrap();
    assert_eq!(verify(&place, None).0, 0, "nothing inside can tell");
    let (code, told) = verify(&place, Some(&noted));
    assert_eq!(code, 1);
    assert!(told.contains("not what was noted"), "{told}");
}

const OTHER: &str = "another secret that is long enough for this";

#[tokio::test]
async fn without_the_key_of_the_log_nothing_is_called_altered() {
    let place = eventful().await;
    let production = Place::new().with("NODE_ENV", "production");
    let missing = production.run(&["audit", "verify"]);
    assert_eq!(missing.code, 3, "{missing:?}");
    assert!(missing.out.starts_with("no key for this log: neither auth.audit_secret nor"), "{missing:?}");
    let whole = verify(&place, None).1;
    let place = place.with("CRM__AUTH__AUDIT_SECRET", OTHER);
    let (code, told) = verify(&place, None);
    assert_eq!(code, 3, "{told}");
    let own = whole.split("sealed with the key ").nth(1).unwrap().lines().next().unwrap();
    assert!(told.starts_with(&format!("no key for this log: it is sealed with the key {own}, ")), "{told}");
}

/// What somebody does who would have damage pass for another key, and what it is taken for: 1 is damage.
const DISGUISES: &[(&str, &str, i32)] = &[
    ("the head names another key", "UPDATE audit_head SET seal = randomblob(32)", 1),
    ("all entries, and not the head", "UPDATE audit SET seal = randomblob(32)", 1),
    (
        "the head and all entries but two neighbours",
        "UPDATE audit_head SET seal = randomblob(32); \
         UPDATE audit SET seal = randomblob(32) WHERE sequence NOT IN (3, 4)",
        1,
    ),
    (
        "the head, its beginning, and the first entries",
        "UPDATE audit_head SET seal = randomblob(32), anchor = last, anchor_seal = last_seal; \
         UPDATE audit SET seal = randomblob(32) WHERE sequence < 4",
        1,
    ),
    (
        "the head and every second entry: no entry follows on the one before",
        "UPDATE audit_head SET seal = randomblob(32); UPDATE audit SET seal = randomblob(32) WHERE sequence % 2 = 1",
        3,
    ),
    (
        "everything there is",
        "UPDATE audit_head SET seal = randomblob(32); UPDATE audit SET seal = randomblob(32)",
        3,
    ),
];

#[tokio::test]
async fn damage_passes_for_another_key_only_if_nothing_is_left_and_never_for_whole() {
    let place = eventful().await;
    let copy = place.folder().join("copy.db");
    place.sql().execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    for (name, what, taken_for) in DISGUISES {
        for file in ["data/crm.db", "data/crm.db-wal", "data/crm.db-shm"] {
            std::fs::remove_file(place.folder().join(file)).ok();
        }
        std::fs::copy(&copy, place.store()).unwrap();
        let sql = place.sql();
        sql.pragma_update(None, "journal_mode", "wal").unwrap();
        meddle(&sql, what);
        drop(sql);
        let (code, told) = verify(&place, None);
        assert_eq!(code, *taken_for, "{name}: {told}");
    }
}

#[tokio::test]
async fn a_command_with_other_secrets_than_the_server_writes_nothing() {
    let place = eventful().await.with("CRM__AUTH__AUDIT_SECRET", OTHER);
    let entries =
        || place.sql().query_row("SELECT count(*) FROM audit", [], |row| row.get::<_, i64>(0)).unwrap();
    let before = entries();
    let refused = place.run(&["user", "disable", "agent1@crm.com"]).refused();
    assert!(
        refused.contains("is sealed with the key") && refused.contains("secrets of the server"),
        "{refused}"
    );
    assert_eq!(entries(), before);
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, 1, "{doctor:?}");
    assert!(doctor.out.contains("WRONG  audit log"), "{doctor:?}");
    // A server goes on, and says so.
    let server = place.serve();
    Client::admin(server.url()).await;
    assert!(server.stop().contains("sealed with another key"));
}
