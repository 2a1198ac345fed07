//! A replica set of three that loses its primary under a server with clients: nothing acknowledged is lost, nothing
//! happens twice, and everybody is answered in time, with 503 at worst.
//!
//! One round by default; `CRM_ROUNDS=10` for the long run.

use std::time::Duration;

use crm_testkit::mongod::replica_set::ReplicaSet;
use rustix::process::Signal;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::until;
use crate::support::writing::{Seen, Writing};

const CLIENTS: usize = 16;

/// The longest that an answer may take: the store's own deadline, and some time to say so.
const LONGEST: Duration = Duration::from_secs(6);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_acknowledged_request_is_lost_when_the_primary_is_killed() {
    let rounds: u64 =
        std::env::var("CRM_ROUNDS").map_or(1, |rounds| rounds.parse().expect("a number of rounds"));
    let set = ReplicaSet::start(3).await;
    let place = seeded(&set);
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    println!("round  acknowledged  unknown  wrong  longest gap  slowest answer  statuses");
    for round in 1..=rounds {
        let writing = Writing::begin(&admin, server.url(), CLIENTS, &format!("kill-{round}"));
        tokio::time::sleep(Duration::from_secs(2)).await;
        let primary = set.primary().await.expect("there is a primary");
        primary.signal(Signal::KILL);
        tokio::time::sleep(Duration::from_secs(7)).await;
        let seen = writing.end().await;
        set.restart(primary).await;
        let wrong = wrong(&admin, &seen).await;
        println!("{}", row(&round.to_string(), &seen, &wrong));
        all_is_well(&seen, &wrong);
    }
    let ended = place.run(&["doctor", "--recount"]);
    assert!(ended.out.contains("agree with the records they count"), "{ended:?}");
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_is_answered_in_time_when_the_primary_freezes() {
    let set = ReplicaSet::start(3).await;
    let place = seeded(&set);
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let writing = Writing::begin(&admin, server.url(), CLIENTS, "freeze");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let primary = set.primary().await.expect("there is a primary");
    primary.signal(Signal::STOP);
    tokio::time::sleep(Duration::from_secs(12)).await;
    primary.signal(Signal::CONT);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let seen = writing.end().await;
    let wrong = wrong(&admin, &seen).await;
    println!("{}", row("frozen", &seen, &wrong));
    all_is_well(&seen, &wrong);
    server.stop();
}

fn seeded(set: &ReplicaSet) -> Place {
    let place = Place::new().with("MONGODB_URI", &set.uri().replace("/?", "/crm?"));
    place.run(&["seed"]).succeeded();
    place
}

/// What is wrong with what was acknowledged, once the server answers again.
async fn wrong(admin: &Client, seen: &Seen) -> Vec<String> {
    let ready = async || admin.get("/readyz").await.0 == 200 && admin.get("/api/leads").await.0 == 200;
    until("the server is ready again", Duration::from_secs(30), ready).await;
    seen.wrong(admin).await
}

fn row(round: &str, seen: &Seen, wrong: &[String]) -> String {
    format!(
        "{round:>6} {:>13}  {:>7}  {:>5}  {:>8} ms  {:>11} ms  {:?}",
        seen.acknowledged(),
        seen.unknown.len(),
        wrong.len(),
        seen.gap.as_millis(),
        seen.slowest.as_millis(),
        seen.statuses
    )
}

fn all_is_well(seen: &Seen, wrong: &[String]) {
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(seen.cut_off, 0);
    assert!(seen.statuses.keys().all(|status| [200, 201, 503].contains(status)), "{seen:?}");
    assert!(seen.slowest < LONGEST, "{:?}", seen.slowest);
    assert!(seen.acknowledged() > 0);
}
