//! `backup`: out of a store, checked, and back, by hand and by the server itself.

mod on_mongodb;
mod scheduled;
mod under_load;

use std::fs;

use crm_testkit::files::names;
use reqwest::Method;
use serde_json::json;

use crate::copying::rows;
use crate::support::client::Client;
use crate::support::place::{Ended, Place};

/// The same folder with its store elsewhere in it.
fn elsewhere(place: Place, store: &str) -> Place {
    place.with("CRM__STORE__URL", &format!("sqlite://{store}"))
}

const REFRESH: &str = "Nn2c4Vt6Yb8Mu0Lo1Ki3Ju5Hy7Gt9Fr2De4Sw6Aq8Zx=";
const OTHER: &str = "Xx7d9Qa1Ws3Ed5Rf7Tg9Yh1Uj3Ik5Ol7Pz9Xc1Vb3Nm=";

/// Secrets that do not lie beside the store, as in production: a restored store needs the same.
fn with_secrets(place: Place) -> Place {
    place
        .with("JWT_ACCESS_SECRET", "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==")
        .with("JWT_REFRESH_SECRET", REFRESH)
}

/// The one line of a command that was tried and did not work.
fn failed(ended: &Ended) -> String {
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(ended.err.trim_end().lines().count(), 1, "{ended:?}");
    ended.err.trim_end().to_owned()
}

#[tokio::test]
async fn a_served_store_is_backed_up_and_comes_back_with_its_audit_log_and_sessions() {
    let place = with_secrets(Place::new());
    place.run(&["seed"]).succeeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let credentials = json!({ "email": "agent1@crm.com", "password": "Agent@123" });
    let token = admin.post("/api/auth/login", credentials.clone()).await.1["refreshToken"].clone();
    let said = place.run(&["backup", "make"]).succeeded();
    assert!(said.contains(" is whole: a store with its audit log, schema "), "{said}");
    let made = names(&place.folder().join("data/backups"));
    assert_eq!(made.len(), 2, "{made:?}");
    assert!(made[0].starts_with("crm-2") && made[0].ends_with("Z.db"), "{made:?}");
    let file = format!("data/backups/{}", made[0]);
    // What happens later is undone by a restore, the end of a session too.
    let sessions = admin.get("/api/auth/sessions").await.1;
    let session = sessions["items"][0]["id"].as_str().unwrap();
    let ended = admin.ask(Method::DELETE, &format!("/api/auth/sessions/{session}"), None).await.unwrap();
    assert_eq!((ended.0, admin.get("/api/auth/me").await.0), (200, 401));
    place.run(&["user", "disable", "agent1@crm.com"]).succeeded();
    server.stop();
    let said = place.run(&["backup", "verify", &file]).succeeded();
    assert!(said.contains("is whole"), "{said}");
    let refused = place.run(&["backup", "restore", &file]).refused();
    assert!(refused.contains("data/crm.db is there already and was left as it was"), "{refused}");
    let place = elsewhere(place, "new/crm.db");
    let said = place.run(&["backup", "restore", &file]).succeeded();
    assert!(said.contains("sessions that were ended"), "{said}");
    assert_eq!(place.run(&["doctor", "--recount"]).code, 0);
    let verified = place.run(&["audit", "verify"]);
    assert!(verified.code == 0 && verified.out.contains("the audit log is whole"), "{verified:?}");
    let server = place.serve();
    assert_eq!(admin.at(server.url()).get("/api/auth/me").await.0, 200, "the session is good again");
    let agent = Client::agent(server.url()).await;
    server.stop();
    // As docs/backups.md has it: another secret signs everybody out, and the audit log is checked with the old one.
    let place = place.with("JWT_REFRESH_SECRET", OTHER).with("CRM__AUTH__AUDIT_SECRET", REFRESH);
    let server = place.serve();
    let agent = agent.at(server.url());
    assert_eq!(agent.post("/api/auth/refresh", json!({ "refreshToken": token })).await.0, 401);
    let again = agent.post("/api/auth/login", credentials).await;
    assert_eq!(again.0, 200, "{again:?}");
    server.stop();
    let verified = place.run(&["audit", "verify"]);
    assert!(verified.code == 0 && verified.out.contains("the audit log is whole"), "{verified:?}");
}

#[test]
fn a_backup_that_is_not_good_is_told_in_one_line_and_restores_nothing() {
    let place = Place::seeded();
    place.run(&["backup", "make", "--to", "x.db"]).succeeded();
    let file = place.folder().join("x.db");
    let whole = fs::read(&file).unwrap();
    let place = elsewhere(place, "new/crm.db");
    let mut middle = whole.clone();
    middle[whole.len() / 2] ^= 0x40;
    let mut first = whole.clone();
    first[0] ^= 0x40;
    for (damaged, why) in [
        (middle, "it is damaged: its SHA-256 is "),
        (first, "it is no backup of this program, or damaged at its beginning"),
        (whole[..whole.len() - 4096].to_vec(), "it is damaged: its SHA-256 is "),
        (Vec::new(), "it is no backup of this program, or damaged at its beginning"),
    ] {
        fs::write(&file, damaged).unwrap();
        for command in ["verify", "restore"] {
            let line = failed(&place.run(&["backup", command, "x.db"]));
            assert!(line.contains(why), "{command}: {line}");
        }
    }
    fs::write(&file, &whole).unwrap();
    fs::remove_file(place.folder().join("x.db.sha256")).unwrap();
    let line = failed(&place.run(&["backup", "restore", "x.db"]));
    assert!(line.contains("x.db.sha256 is not there"), "{line}");
    let line = failed(&place.run(&["backup", "verify", "none.db"]));
    assert!(line.contains("none.db cannot be read"), "{line}");
    assert!(!place.folder().join("new/crm.db").exists());
}

#[test]
fn what_will_not_do_is_refused_and_nothing_is_written_over() {
    let place = Place::seeded();
    place.run(&["backup", "make", "--to", "x.db"]).succeeded();
    let before = fs::read(place.folder().join("x.db")).unwrap();
    let refused = place.run(&["backup", "make", "--to", "x.db"]).refused();
    assert!(refused.contains("x.db is there already and was left as it was"), "{refused}");
    assert_eq!(fs::read(place.folder().join("x.db")).unwrap(), before);
    let empty = elsewhere(place, "new/crm.db");
    let refused = empty.run(&["backup", "make"]).refused();
    assert!(refused.contains("there is no store at "), "{refused}");
    assert!(!empty.folder().join("new").exists(), "making a backup makes no store");
    let server = empty.serve();
    let refused = empty.run(&["backup", "restore", "x.db"]).refused();
    assert!(refused.contains("is in use: another server"), "{refused}");
    server.stop();
    let memory = empty.with("CRM__STORE__URL", "sqlite://:memory:");
    for command in [&["backup", "make"][..], &["backup", "restore", "x.db"]] {
        let refused = memory.run(command).refused();
        assert!(refused.contains("a store in memory ends with"), "{refused}");
    }
    let mongo = memory.with("CRM__STORE__URL", "mongodb://127.0.0.1:1/crm");
    let refused = mongo.run(&["backup", "restore", "x.db"]).refused();
    assert!(refused.contains("`crm-server store copy` takes it into mongodb://127.0.0.1:1/crm"), "{refused}");
}

#[test]
fn an_archive_of_an_embedded_store_is_restored_into_another() {
    let place = with_secrets(Place::new());
    place.run(&["seed"]).succeeded();
    let said = place.run(&["backup", "make", "--archive", "--to", "all.jsonl"]).succeeded();
    assert!(said.contains("the audit log is not in it"), "{said}");
    let said = place.run(&["backup", "verify", "all.jsonl"]).succeeded();
    assert!(said.contains("an archive made"), "{said}");
    let leads = |place: &Place, file: &str| -> u32 {
        let sql = rusqlite::Connection::open(place.folder().join(file)).unwrap();
        sql.query_row("SELECT count(*) FROM lead", [], |row| row.get(0)).unwrap()
    };
    let place = elsewhere(place, "restored/crm.db");
    place.run(&["backup", "restore", "all.jsonl"]).succeeded();
    assert_eq!((leads(&place, "data/crm.db"), leads(&place, "restored/crm.db")), (10, 10));
    assert_eq!(place.run(&["doctor", "--recount"]).code, 0);
}

#[test]
fn a_restored_store_is_the_same_row_by_row() {
    let place = Place::seeded();
    place.run(&["backup", "make", "--to", "x.db"]).succeeded();
    let before = rows(&place.store());
    let place = elsewhere(place, "new/crm.db");
    place.run(&["backup", "restore", "x.db"]).succeeded();
    assert_eq!(rows(&place.folder().join("new/crm.db")), before);
}
