//! A MongoDB that is gone or frozen as a whole: everybody is told so in time, then at once, and when it is back the server
//! goes on by itself.
//!
//! It is away for some ten seconds; `CRM_OUTAGE_SECONDS=60` for a minute.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crm_testkit::mongod::replica_set::ReplicaSet;
use rustix::process::Signal;
use serde_json::json;

use super::all_is_well;
use crate::support::breakers::{is_open, number, refusal};
use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::reading::Reading;
use crate::support::server::Server;
use crate::support::until;
use crate::support::writing::Writing;

/// Lines that the log may grow by while the store is away, for a minute too.
const LINES: usize = 150;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_every_member_is_dead_everybody_is_told_so_and_afterwards_the_server_goes_on() {
    let set = ReplicaSet::start(3).await;
    println!("{}", away(&set, Signal::KILL).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_every_member_is_frozen_everybody_is_told_so_and_afterwards_the_server_goes_on() {
    let set = ReplicaSet::start(3).await;
    println!("{}", away(&set, Signal::STOP).await);
}

/// Takes all members away and brings them back under a server with clients, and gives what came of it.
async fn away(set: &ReplicaSet, how: Signal) -> String {
    let place = Place::new().with("MONGODB_URI", &set.uri().replace("/?", "/crm?"));
    place.run(&["seed"]).succeeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let reading = Reading::begin(&admin, server.url(), 6, "/api/leads?limit=5");
    let writing = Writing::begin(&admin, server.url(), 6, "away");
    tokio::time::sleep(Duration::from_secs(1)).await;

    let begun = Instant::now();
    for node in set.nodes() {
        node.signal(how);
    }
    until("the server is not ready", Duration::from_secs(3), async || admin.get("/readyz").await.0 == 503)
        .await;
    until("nobody waits any more", Duration::from_secs(15), async || {
        is_open(&admin, "reads").await && is_open(&admin, "writes").await
    })
    .await;
    let refused_from = begun.elapsed();
    for of in ["reads", "writes"] {
        let waited = refusal(&admin, of).await;
        assert!(waited < Duration::from_millis(500), "{of}: {waited:?}");
    }
    assert_eq!((admin.get("/readyz").await.0, admin.get("/healthz").await.0), (503, 200));
    let seconds = std::env::var("CRM_OUTAGE_SECONDS").map_or(10, |seconds| seconds.parse().unwrap());
    tokio::time::sleep(Duration::from_secs(seconds).saturating_sub(begun.elapsed())).await;

    for node in set.nodes() {
        if how == Signal::STOP {
            node.signal(Signal::CONT);
        } else {
            set.restart(node).await;
        }
    }
    let elected =
        until("there is a primary", Duration::from_secs(30), async || set.primary().await.is_some()).await;
    let again = until("everything goes on", Duration::from_secs(15), async || {
        let written = admin.post("/api/leads", json!({ "name": "Afterwards" })).await.0 == 201;
        written && admin.get("/api/leads").await.0 == 200 && admin.get("/readyz").await.0 == 200
    })
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (read, seen) = (reading.end().await, writing.end().await);
    let mut told = format!(
        "refused at once from {refused_from:?}; a primary after {elected:?}, everything {again:?} later; {} writes \
         acknowledged, {} unknown, {:?}, slowest {:?}; reads {:?}, slowest {:?}",
        seen.acknowledged(),
        seen.unknown.len(),
        seen.statuses,
        seen.slowest,
        read.statuses,
        read.slowest
    );
    all_is_well(&admin, &seen, &read).await;
    let lines = the_log_is_short_and_tells_it(server, &admin).await;
    write!(told, "; {lines} lines in the log").unwrap();
    let ended = place.run(&["doctor", "--recount"]);
    assert!(ended.out.contains("agree with the records they count"), "{ended:?}");
    told
}

async fn the_log_is_short_and_tells_it(server: Server, admin: &Client) -> usize {
    let mut opened = 0;
    for of in ["reads", "writes"] {
        opened += number(admin, "crm_store_breaker_opened_total", of).await;
    }
    let complaints = server.stop();
    let times = |text: &str| complaints.matches(text).count();
    let lines = complaints.lines().count();
    assert!(lines < LINES, "{complaints}");
    assert_eq!(u64::try_from(times("the store does not answer")).unwrap(), opened, "{complaints}");
    assert_eq!(u64::try_from(times("the store answers again")).unwrap(), opened, "{complaints}");
    lines
}
