//! Backups that the server makes by itself.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use chrono::{TimeDelta, Utc};

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::server::Server;
use crate::support::until;
use crm_testkit::files::names;

/// A server that makes one every hour and keeps two.
fn hourly(place: Place) -> Place {
    place.with("CRM__BACKUP__INTERVAL_HOURS", "1").with("CRM__BACKUP__KEEP_LAST", "2")
}

/// The name that a backup had which was begun so many hours ago.
#[expect(clippy::disallowed_methods, reason = "the program that is tested reads the same clock")]
fn hours_ago(hours: i64) -> String {
    format!("crm-{}.db", (Utc::now() - TimeDelta::hours(hours)).format("%Y%m%dT%H%M%SZ"))
}

async fn until_it_says(server: &Server, what: &str) {
    until(what, Duration::from_mins(1), async || server.complaints().contains(what)).await;
}

#[tokio::test]
async fn the_server_makes_one_when_it_is_due_and_removes_only_old_ones_of_its_own() {
    let place = hourly(Place::seeded());
    let folder = place.folder().join("data/backups");
    fs::create_dir(&folder).unwrap();
    let [oldest, older, old] = [72, 48, 3].map(hours_ago);
    let partial = format!("{old}.aB3dEf.partial");
    let theirs = ["crm.db", "notes.txt", "crm-latest.db", "crm-20200101T000000Z.jsonl"];
    for name in [&oldest, &older, &old, &partial].into_iter().map(String::as_str).chain(theirs) {
        fs::write(folder.join(name), "x").unwrap();
    }
    let server = place.serve();
    until_it_says(&server, "old backups were removed").await;
    until_it_says(&server, "the next backup is due").await;
    server.stop();
    let after = names(&folder);
    for name in theirs {
        assert!(after.contains(&name.to_owned()), "{name}: {after:?}");
    }
    let new: Vec<&String> = after.iter().filter(|name| !theirs.contains(&name.as_str())).collect();
    assert_eq!(new.len(), 3, "one of three hours ago, a new one and its sum: {after:?}");
    assert!(new.contains(&&old), "{after:?}");
    let file = new.iter().find(|name| after.contains(&format!("{name}.sha256"))).unwrap();
    place.run(&["backup", "verify", &format!("data/backups/{file}")]).succeeded();
    // A restart does not begin the count anew.
    let server = place.serve();
    until_it_says(&server, "the next backup is due").await;
    server.stop();
    assert_eq!(names(&folder), after);
}

#[tokio::test]
async fn a_backup_that_cannot_be_made_is_told_and_the_server_goes_on() {
    let place = hourly(Place::seeded());
    fs::write(place.folder().join("data/backups"), "no folder").unwrap();
    let server = place.serve();
    until_it_says(&server, "trying again in 10 minutes").await;
    let admin = Client::admin(server.url()).await;
    assert_eq!(admin.get("/api/leads").await.0, 200);
    server.stop();
    assert_eq!(fs::read_to_string(place.folder().join("data/backups")).unwrap(), "no folder");
}

#[test]
fn the_doctor_finds_backups_that_are_overdue_and_a_folder_that_others_can_look_into() {
    let place = Place::seeded();
    let about = |place: &Place| {
        let ended = place.run(&["doctor"]);
        let lines = ended.out.lines().filter(|line| line.contains(" backups "));
        (ended.code, lines.collect::<Vec<_>>().join("\n"))
    };
    assert_eq!(about(&place), (0, String::new()), "none were asked for");
    let place = hourly(place);
    let (code, none) = about(&place);
    assert!(code == 0 && none.starts_with("look ") && none.contains("there is none in "), "{none}");
    let folder = place.folder().join("data/backups");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    fs::write(folder.join(hours_ago(3)), "x").unwrap();
    let (code, late) = about(&place);
    assert!(code == 1 && late.starts_with("WRONG") && late.contains("is 3 h old"), "{late}");
    fs::write(folder.join(hours_ago(1)), "x").unwrap();
    let (code, good) = about(&place);
    assert!(code == 0 && good.starts_with("ok ") && good.contains("is 1 h old"), "{good}");
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    let (_, open) = about(&place);
    assert!(
        open.contains("look   backups      others can look into ") && open.contains("chmod 700"),
        "{open}"
    );
}
