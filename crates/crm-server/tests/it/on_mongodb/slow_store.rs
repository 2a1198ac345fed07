//! A line to MongoDB that is slow and then silent: everybody is answered in time, and nothing acknowledged is lost.

use std::time::Duration;

use crm_testkit::mongod::replica_set::ReplicaSet;
use crm_testkit::slow_line::{Line, SlowLine};

use super::all_is_well;
use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::reading::Reading;
use crate::support::until;
use crate::support::writing::Writing;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_a_slow_and_then_silent_line_everybody_is_answered_in_time_and_nothing_is_lost() {
    let set = ReplicaSet::start(1).await;
    let line = SlowLine::to(set.nodes()[0].port()).await;
    // Else the driver would go by what the member says of itself, and pass the line by.
    let uri = format!("mongodb://127.0.0.1:{}/crm?directConnection=true", line.port());
    let place = Place::new().with("MONGODB_URI", &uri);
    place.run(&["seed"]).succeeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    println!("line                 acknowledged  unknown  slowest write  slowest read  writes; reads");
    for (turn, (how, lasts)) in [
        (Line::Slow(Duration::from_millis(20)), 3),
        (Line::Slow(Duration::from_millis(400)), 8),
        (Line::Silent, 9),
    ]
    .into_iter()
    .enumerate()
    {
        let reading = Reading::begin(&admin, server.url(), 4, "/api/leads?limit=5");
        let writing = Writing::begin(&admin, server.url(), 8, &format!("slow-{turn}"));
        tokio::time::sleep(Duration::from_millis(500)).await;
        line.be(how);
        tokio::time::sleep(Duration::from_secs(lasts)).await;
        line.be(Line::Good);
        until("the server is ready again", Duration::from_secs(10), async || {
            admin.get("/readyz").await.0 == 200 && admin.get("/api/leads").await.0 == 200
        })
        .await;
        let (read, seen) = (reading.end().await, writing.end().await);
        println!(
            "{:20} {:>12}  {:>7}  {:>13?}  {:>12?}  {:?}; {:?}",
            format!("{how:?}"),
            seen.acknowledged(),
            seen.unknown.len(),
            seen.slowest,
            read.slowest,
            seen.statuses,
            read.statuses
        );
        all_is_well(&admin, &seen, &read).await;
        if turn == 0 {
            assert!(!seen.statuses.contains_key(&503), "a little slow is no trouble: {:?}", seen.statuses);
        }
    }
    server.stop();
    let ended = place.run(&["doctor", "--recount"]);
    assert!(ended.out.contains("agree with the records they count"), "{ended:?}");
}
