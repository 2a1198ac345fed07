//! Secrets that were made up once: used again, missed when they are gone, and made by nothing that only reads.

use std::fs;

use crate::support::client::Client;
use crate::support::place::Place;

const ACCESS: &str = "0b1f0f5c3a9e4d7788aa61d2c3b4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6";
const REFRESH: &str = "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==";

/// Commands that change nothing that the audit log tells of.
const READING: [&[&str]; 9] = [
    &["config"],
    &["doctor"],
    &["doctor", "--recount"],
    &["audit", "verify"],
    &["user", "list"],
    &["keys", "list"],
    &["timezone"],
    &["openapi"],
    &["backup", "make", "--to", "copy.db"],
];

/// A place whose store has the sample data and whose secrets are gone.
fn without_secrets() -> Place {
    let place = Place::seeded();
    fs::remove_file(place.folder().join("data/secrets.toml")).unwrap();
    place
}

fn secrets_made(place: &Place) -> bool {
    place.folder().join("data/secrets.toml").exists()
}

/// Where the audit log ends.
fn log(place: &Place) -> String {
    let heads = "SELECT coalesce((SELECT hex(last_seal) || hex(seal) FROM audit_head), '')";
    place.sql().query_row(heads, [], |row| row.get(0)).unwrap()
}

#[test]
fn no_reading_command_makes_secrets_or_writes_to_the_audit_log() {
    for command in READING {
        let new = Place::new();
        let ended = new.run(command);
        assert!(!secrets_made(&new), "{command:?}: {ended:?}");
        let used = without_secrets();
        let before = log(&used);
        let ended = used.run(command);
        assert!(!secrets_made(&used), "{command:?}: {ended:?}");
        assert_eq!(log(&used), before, "{command:?}: {ended:?}");
    }
    let place = without_secrets();
    place.run(&["user", "list"]).succeeded();
    let verified = place.run(&["audit", "verify"]);
    assert_eq!(verified.code, 3, "{verified:?}");
    assert!(
        verified.out.starts_with("no key for this log: ") && verified.out.contains("secrets.toml"),
        "{verified:?}"
    );
}

#[tokio::test]
async fn a_store_whose_secrets_are_gone_says_so_and_gets_no_new_ones() {
    let place = without_secrets();
    let before = log(&place);
    for command in [&["serve"][..], &["user", "disable", "agent1@crm.com"]] {
        let refused = place.run(command).refused();
        for told in ["secrets.toml is not there", "Put the file back", "auth.refresh_secret"] {
            assert!(refused.contains(told), "{refused}");
        }
        assert!(!secrets_made(&place) && log(&place) == before);
    }
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, 1, "{doctor:?}");
    assert!(doctor.out.contains("WRONG  secrets"), "{doctor:?}");
    // As the refusal says: with new secrets the server goes on.
    let place = place.with("JWT_ACCESS_SECRET", ACCESS).with("JWT_REFRESH_SECRET", REFRESH);
    let server = place.serve();
    Client::admin(server.url()).await;
    assert!(server.stop().contains("sealed with another key"));
    place.run(&["user", "disable", "agent1@crm.com"]).succeeded();
    let verified = place.run(&["audit", "verify"]);
    assert_eq!(verified.code, 1, "{verified:?}");
}

#[test]
fn a_store_that_was_only_read_or_imported_into_gets_its_secrets_at_the_first_start() {
    let place = Place::new();
    place.run(&["timezone", "Europe/Berlin"]).succeeded();
    assert!(place.store().exists() && !secrets_made(&place));
    place.serve().stop();
    assert!(secrets_made(&place));
}
