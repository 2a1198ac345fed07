//! Another process that keeps the store's only write lock.

use std::time::Duration;

use crate::support::breakers::{is_open, refusal};
use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::reading::Reading;
use crate::support::until;
use crate::support::writing::Writing;

/// As many as open the breaker when they are all told at once.
const WRITERS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_another_process_keeps_the_lock_writes_are_refused_in_time_and_reads_go_on() {
    let place = Place::seeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let elsewhere = place.sql();
    let reading = Reading::begin(&admin, server.url(), 2, "/api/leads?limit=5");
    let writing = Writing::begin(&admin, server.url(), WRITERS, "held");
    tokio::time::sleep(Duration::from_millis(500)).await;

    until("the lock is had", Duration::from_secs(10), async || {
        elsewhere.execute_batch("BEGIN IMMEDIATE").is_ok()
    })
    .await;
    until("writes are refused", Duration::from_secs(15), async || is_open(&admin, "writes").await).await;
    assert!(!is_open(&admin, "reads").await);
    let waited = refusal(&admin, "writes").await;
    assert!(waited < Duration::from_millis(500), "{waited:?}");
    assert_eq!((admin.get("/readyz").await.0, admin.get("/healthz").await.0), (200, 200));

    elsewhere.execute_batch("ROLLBACK").unwrap();
    let again =
        until("writes go on", Duration::from_secs(5), async || !is_open(&admin, "writes").await).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (read, seen) = (reading.end().await, writing.end().await);
    println!("again after {again:?}; reads {read:?}; writes {:?}, slowest {:?}", seen.statuses, seen.slowest);
    assert_eq!(seen.wrong(&admin).await, Vec::<String>::new());
    assert!(read.statuses.keys().all(|status| *status == 200), "{read:?}");
    assert!(seen.statuses.keys().all(|status| [200, 201, 503].contains(status)), "{:?}", seen.statuses);
    assert!(seen.slowest < Duration::from_secs(6), "{:?}", seen.slowest);
    assert!(seen.acknowledged() > 0 && seen.cut_off == 0 && seen.without_retry_after == 0, "{seen:?}");
    let complaints = server.stop();
    assert_eq!(complaints.matches("the store does not answer").count(), 1, "{complaints}");
    assert_eq!(complaints.matches("the store answers again").count(), 1, "{complaints}");
    assert_eq!(place.run(&["doctor", "--recount"]).code, 0);
}
