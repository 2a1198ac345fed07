//! Archives of a store on a real MongoDB, and back into a store of either kind.

use std::fs;

use crm_testkit::mongod::database;
use crm_testkit::random::Random;

use crate::copying::rows;
use crate::support::client::Client;
use crate::support::place::{Ended, Place};

/// A folder with an embedded store of some hundreds of records.
async fn filled() -> Place {
    let place = Place::new();
    let amounts = ["--leads", "700", "--customers", "120", "--tasks", "200"];
    place.run(&[&["seed"], &amounts[..]].concat()).succeeded();
    let server = place.serve();
    Client::admin(server.url()).await;
    server.stop();
    place
}

/// The last line of the complaint; the one before may be about the version of MongoDB.
fn complaint(ended: &Ended) -> &str {
    ended.err.trim_end().lines().last().unwrap_or_default()
}

fn sums(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.ends_with(", the same in both")).collect()
}

const HERE: &str = "sqlite://data/crm.db";

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_of_a_served_store_is_restored_into_a_store_of_either_kind() {
    let place = filled().await;
    let (from, to) = (database().await, database().await);
    let out = place.run(&["store", "copy", "--from", HERE, "--to", &from.database_uri()]).succeeded();
    let original = rows(&place.store());
    let place = place.with("CRM__STORE__URL", &from.database_uri());
    let server = place.serve();
    let made = place.run(&["backup", "make", "--to", "away/x.jsonl"]).succeeded();
    server.stop();
    assert!(sums(&made).len() > 6 && sums(&made) == sums(&out), "{made}");
    assert!(made.contains("the audit log is not in it"), "{made}");
    let whole = place.run(&["backup", "verify", "away/x.jsonl"]).succeeded();
    assert!(whole.contains("without an audit log"), "{whole}");
    let refused = place.run(&["backup", "make", "--to", "away/x.jsonl"]);
    assert!(refused.code == 2 && complaint(&refused).contains("was left as it was"), "{refused:?}");
    let refused = place.run(&["backup", "restore", "away/x.jsonl"]);
    assert!(refused.code == 2 && complaint(&refused).contains("is not empty"), "{refused:?}");

    let place = place.with("CRM__STORE__URL", "sqlite://new/crm.db");
    let said = place.run(&["backup", "restore", "away/x.jsonl"]).succeeded();
    assert!(said.contains("its audit log begins anew"), "{said}");
    assert_eq!(rows(&place.folder().join("new/crm.db")), original);
    assert_eq!(place.run(&["doctor", "--recount"]).code, 0);

    let place = place.with("CRM__STORE__URL", &to.database_uri());
    place.run(&["backup", "restore", "away/x.jsonl"]).succeeded();
    let doctor = place.run(&["doctor", "--recount"]);
    assert_eq!(doctor.code, 0, "{doctor:?}");
    let there = to.database_uri();
    let back = place.run(&["store", "copy", "--from", &there, "--to", "sqlite://back.db"]).succeeded();
    assert_eq!(sums(&back), sums(&out));
    assert_eq!(rows(&place.folder().join("back.db")), original);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_with_a_flipped_byte_is_refused_and_nothing_is_written() {
    let place = filled().await;
    let (from, to) = (database().await, database().await);
    place.run(&["store", "copy", "--from", HERE, "--to", &from.database_uri()]).succeeded();
    let place = place.with("CRM__STORE__URL", &from.database_uri());
    place.run(&["backup", "make"]).succeeded();
    let folder = place.folder().join("data/backups");
    let [name] = crm_testkit::files::names(&folder).try_into().unwrap();
    let (path, file) = (folder.join(&name), format!("data/backups/{name}"));
    let whole = fs::read(&path).unwrap();
    let place = place.with("CRM__STORE__URL", &to.database_uri());
    let mut random = Random::new();
    for _ in 0..12 {
        let mut damaged = whole.clone();
        let at = random.below(whole.len());
        damaged[at] ^= u8::try_from(1 + random.below(255)).unwrap();
        fs::write(&path, damaged).unwrap();
        for command in ["verify", "restore"] {
            let ended = place.run(&["backup", command, &file]);
            assert!(ended.code == 1 && complaint(&ended).contains("is not good"), "byte {at}: {ended:?}");
        }
    }
    assert!(to.collections().await.is_empty());
}
