//! A MongoDB whose disk is full: it may say so or die of it. Either way the server answers, and goes on once there is
//! room and the member was started again.
//!
//! One round by default; `CRM_TEST_FULL=10` for the long run.

use std::time::{Duration, Instant};

use crm_testkit::files::names;
use crm_testkit::mongod::replica_set::ReplicaSet;
use crm_testkit::namespaces::{Purpose, enter};
use crm_testkit::small_disk::SmallDisk;
use serde_json::json;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::until;
use crate::support::writing::Writing;

/// Room for the journal, which is laid out ahead, and some data.
const MEBIBYTES: u32 = 700;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn when_the_disk_of_a_member_is_full_nothing_is_lost_and_with_room_everything_goes_on() {
    if !enter(Purpose::Mount) {
        return;
    }
    let rounds: u32 = std::env::var("CRM_TEST_FULL").map_or(1, |rounds| rounds.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let disk = SmallDisk::mount(&folder.path().join("disk"), MEBIBYTES);
    let set = ReplicaSet::start_in(1, disk.folder()).await;
    let place = Place::new().with("MONGODB_URI", &set.uri().replace("/?", "/crm?"));
    place.run(&["seed"]).succeeded();
    no_archive_fits(&place);
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    println!("round  acknowledged  refused  unknown  wrong  failed after  goes on after  slowest  statuses");
    for round in 1..=rounds {
        // Rounds follow each other faster than a member writes its files: each would have more to do anew than the last.
        for node in set.nodes() {
            set.checkpoint(node).await;
        }
        let writing = Writing::begin(&admin, server.url(), 8, &format!("full-{round}"));
        tokio::time::sleep(Duration::from_secs(1)).await;
        disk.fill();
        let failed = until("writes are refused", Duration::from_secs(90), async || {
            let body = json!({ "name": "Probe", "company": "x".repeat(200) });
            [503, 507].contains(&admin.post("/api/leads", body).await.0)
        })
        .await;
        assert_eq!(admin.get("/healthz").await.0, 200);
        disk.free();
        let begun = Instant::now();
        until("everything goes on", Duration::from_secs(40), async || goes_on(&set, &admin).await).await;
        let again = begun.elapsed();
        let seen = writing.end().await;
        let wrong = seen.wrong(&admin).await;
        println!(
            "{round:>5} {:>13}  {:>7}  {:>7}  {:>5}  {failed:>12?}  {again:>13?}  {:?}  {:?}",
            seen.acknowledged(),
            seen.refused.len(),
            seen.unknown.len(),
            wrong.len(),
            seen.slowest,
            seen.statuses
        );
        assert_eq!(wrong, Vec::<String>::new());
        assert!(
            seen.statuses.keys().all(|status| [200, 201, 503, 507].contains(status)),
            "{:?}",
            seen.statuses
        );
        assert!(seen.slowest < Duration::from_secs(6), "{:?}", seen.slowest);
        assert!(seen.acknowledged() > 0 && seen.cut_off == 0, "{seen:?}");
    }
    server.stop();
    let ended = place.run(&["doctor", "--recount"]);
    assert!(ended.out.contains("agree with the records they count"), "{ended:?}");
}

/// Whether writes succeed, and go on to: a member that is about to die of its disk may still take some. One that has died
/// is started again.
async fn goes_on(set: &ReplicaSet, admin: &Client) -> bool {
    for _ in 0..5 {
        let [node] = set.nodes() else { panic!("there is one member") };
        if !node.is_heard().await {
            set.restart(node).await;
        }
        let written = admin.post("/api/leads", json!({ "name": "Afterwards" })).await.0 == 201;
        if !written || admin.get("/readyz").await.0 != 200 {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    true
}

/// An archive that has no room says so in one line, and leaves nothing that looks like one.
fn no_archive_fits(place: &Place) {
    let disk = SmallDisk::mount(&place.folder().join("small"), 1);
    disk.fill();
    let ended = place.run(&["backup", "make", "--to", "small/archive"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let lines: Vec<&str> = ended.err.lines().filter(|line| !line.contains("CVE-2025-14847")).collect();
    assert_eq!(lines.len(), 1, "{ended:?}");
    assert_eq!(names(disk.folder()), ["filler"]);
}
