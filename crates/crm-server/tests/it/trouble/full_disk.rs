//! A disk that is full: writes are refused, reads go on, and as soon as there is room everything does.
//!
//! Two rounds by default; `CRM_TEST_FULL=10` for the long run.

use std::fs;
use std::time::Duration;

use crm_testkit::files::names;
use crm_testkit::namespaces::{Purpose, enter};
use crm_testkit::small_disk::SmallDisk;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::reading::Reading;
use crate::support::until;
use crate::support::writing::Writing;

/// Enough for the sample data and its log.
const MEBIBYTES: u32 = 16;
/// As much more for what is written in one round, some thousand leads.
const EACH: u32 = 4;
/// How soon after there is room writes must go on.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_a_full_disk_writes_are_refused_reads_go_on_and_nothing_is_half_done() {
    if !enter(Purpose::Mount) {
        return;
    }
    let rounds: u32 = std::env::var("CRM_TEST_FULL").map_or(2, |rounds| rounds.parse().unwrap());
    let place = Place::new();
    let disk = SmallDisk::mount(&place.folder().join("data"), MEBIBYTES + EACH * rounds);
    place.run(&["seed"]).succeeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    println!("round  acknowledged  refused  unknown  wrong  writes again after  statuses");
    for round in 1..=rounds {
        let reading = Reading::begin(&admin, server.url(), 2, "/api/leads?limit=5");
        let writing = Writing::begin(&admin, server.url(), 4, &format!("full-{round}"));
        tokio::time::sleep(Duration::from_millis(500)).await;
        disk.fill();
        // What was given to the log before is used first; then it would have to grow, and cannot be emptied either.
        until("writes are refused", Duration::from_mins(1), async || write(&admin).await.0 == 507).await;
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_secs(1) {
            let (status, body) = write(&admin).await;
            assert!(status == 507 || status == 201, "{status} {body}");
        }
        no_backup_fits(&place, &disk);
        assert_eq!((admin.get("/readyz").await.0, admin.get("/healthz").await.0), (200, 200));
        disk.free();
        let again = until("writes go on", SOON, async || write(&admin).await.0 == 201).await;
        let (read, seen) = (reading.end().await, writing.end().await);
        let wrong = seen.wrong(&admin).await;
        println!(
            "{round:>5} {:>13}  {:>7}  {:>7}  {:>5}  {:>15} ms  {:?}",
            seen.acknowledged(),
            seen.refused.len(),
            seen.unknown.len(),
            wrong.len(),
            again.as_millis(),
            seen.statuses
        );
        assert_eq!(wrong, Vec::<String>::new());
        assert!(read.statuses.keys().all(|status| *status == 200), "{read:?}");
        assert!(
            seen.statuses.keys().all(|status| [200, 201, 503, 507].contains(status)),
            "{:?}",
            seen.statuses
        );
        assert!(seen.acknowledged() > 0 && !seen.refused.is_empty() && seen.cut_off == 0, "{seen:?}");
    }
    let complaints = server.stop();
    assert!(complaints.lines().count() < 40 * rounds as usize, "{complaints}");
    let ended = place.run(&["doctor", "--recount"]);
    // It finds the disk too small, rightly.
    for said in ["every record can be read", "agree with the records they count"] {
        assert!(ended.out.contains(said), "{ended:?}");
    }
    assert_eq!(place.run(&["audit", "verify"]).code, 0);
}

async fn write(client: &Client) -> (u16, Value) {
    let body = json!({ "name": "Probe", "company": "x".repeat(200) });
    client.ask(Method::POST, "/api/leads", Some(body)).await.unwrap()
}

/// A backup that has no room says so in one line, and leaves nothing that looks like one.
fn no_backup_fits(place: &Place, disk: &SmallDisk) {
    let before = names(disk.folder());
    let ended = place.run(&["backup", "make", "--to", "data/full/backup.db"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(ended.err.trim_end().lines().count(), 1, "{ended:?}");
    assert!(ended.err.contains("full"), "{ended:?}");
    let left = disk.folder().join("full");
    if left.exists() {
        assert_eq!(names(&left), Vec::<String>::new());
        fs::remove_dir(&left).unwrap();
    }
    assert_eq!(names(disk.folder()), before);
}
