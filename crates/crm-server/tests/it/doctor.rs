//! What the doctor finds.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;

use crate::support::place::{Ended, Place};

/// What it says about one thing.
fn about(ended: &Ended, what: &str) -> String {
    let line = ended.out.lines().find(|line| line.split_whitespace().nth(1) == Some(what));
    line.unwrap_or_else(|| panic!("nothing about {what}: {ended:?}")).to_owned()
}

#[test]
fn a_store_as_it_should_be_has_nothing_wrong() {
    let place = Place::seeded();
    let ended = place.run(&["doctor", "--recount"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    // Everybody knows the passwords of the sample data.
    let (sample, rest): (Vec<_>, Vec<_>) = ended.out.lines().partition(|line| line.contains("passwords"));
    assert!(sample.len() == 1 && sample[0].starts_with("look "), "{}", ended.out);
    assert!(rest.iter().all(|line| line.starts_with("ok ")), "{}", ended.out);
    for what in ["settings", "secrets", "permissions", "disk", "store", "integrity", "counters"] {
        about(&ended, what);
    }
}

#[test]
fn sample_accounts_are_named_until_they_have_other_passwords() {
    let place = Place::seeded();
    let ended = place.run(&["doctor"]);
    for email in ["admin@crm.com", "agent1@crm.com", "agent2@crm.com"] {
        assert!(about(&ended, "passwords").contains(email), "{ended:?}");
    }
    for email in ["admin@crm.com", "agent1@crm.com", "agent2@crm.com"] {
        place.run(&["user", "password", email, "--generate"]).succeeded();
    }
    assert!(about(&place.run(&["doctor"]), "passwords").starts_with("ok "));
}

#[test]
fn each_bad_setting_is_a_finding_of_its_own() {
    let place =
        Place::new().with("PORT", "many").with("CRM__LOG__FORMAT", "xml").with("CRM__STORE__URL", "x");
    let ended = place.run(&["doctor"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let lines: Vec<&str> = ended.out.lines().collect();
    assert_eq!(lines.len(), 3, "{ended:?}");
    for key in ["log.format", "server.port", "store.url"] {
        assert_eq!(lines.iter().filter(|line| line.starts_with("WRONG") && line.contains(key)).count(), 1);
    }
}

#[test]
fn a_store_that_is_not_there_is_told_and_not_made() {
    let place = Place::new();
    let ended = place.run(&["doctor"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(about(&ended, "store").contains("not there yet"), "{ended:?}");
    assert!(!place.store().exists());
}

#[test]
fn a_counter_that_is_wrong_is_found_and_repaired() {
    let place = Place::seeded();
    let wrong = place.sql().execute("UPDATE tally SET n = n + 5", []).unwrap();
    let ended = place.run(&["doctor", "--recount"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(ended.out.lines().filter(|line| line.starts_with("WRONG  counters")).count(), wrong);
    let ended = place.run(&["doctor", "--recount", "--repair"]);
    assert!(about(&ended, "counters").contains("corrected"), "{ended:?}");
    assert_eq!(place.run(&["doctor", "--recount"]).code, 0);
}

#[test]
fn a_record_without_its_event_is_found() {
    let place = Place::seeded();
    place.sql().execute("UPDATE lead SET version = version + 1 WHERE n = 1", []).unwrap();
    let ended = place.run(&["doctor"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(about(&ended, "integrity").contains("lead"), "{ended:?}");
}

#[test]
fn a_store_that_others_can_read_is_wrong() {
    let place = Place::seeded();
    set_permissions(place.store(), Permissions::from_mode(0o644)).unwrap();
    let ended = place.run(&["doctor"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(about(&ended, "permissions").contains("chmod 600"), "{ended:?}");
}

#[test]
fn secrets_that_would_keep_a_server_from_starting_are_told() {
    let ended = Place::new().with("JWT_ACCESS_SECRET", "short").run(&["doctor"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(about(&ended, "secrets").contains("shorter than 32 bytes"), "{ended:?}");
    assert!(!ended.out.contains("short\n"), "{ended:?}");
}
