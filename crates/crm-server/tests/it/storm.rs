//! Many sign in at once, for a while, and somebody reads meanwhile.
//!
//! The short form looks at what comes back only. The long one runs on a release build: `CRM_TEST_STORM=60` (seconds of
//! 500 concurrent sign-ins), and demands that memory grows by 64 MiB at most; it prints how long a reader waits with the
//! storm and without.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::support::client::Client;
use crate::support::place::Place;

/// Who signs in.
const EMAILS: [(&str, &str); 2] = [("agent1@crm.com", "Agent@123"), ("agent2@crm.com", "Agent@123")];

/// How much memory may grow, in KiB.
const GROWTH: u64 = 64 * 1_024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_sign_in_at_once_and_each_gets_in_or_is_told_to_come_back() {
    let long =
        std::env::var("CRM_TEST_STORM").ok().map(|seconds| Duration::from_secs(seconds.parse().unwrap()));
    let (clients, lasts) = long.map_or((100, Duration::from_secs(2)), |lasts| (500, lasts));
    let place = Place::seeded();
    let server = place.serve();
    let reader = Client::admin(server.url()).await;
    // What grows once, such as the threads' own memory, is there before it counts.
    storm(server.url(), clients, Duration::from_secs(1)).await;
    let quiet = read(&reader, lasts.min(Duration::from_secs(20))).await;
    let before = server.resident_kib();
    let (counts, stormy) = tokio::join!(storm(server.url(), clients, lasts), read(&reader, lasts));
    let after = server.resident_kib();
    println!(
        "{} signed in, {} were told that it is busy; memory {before} → {after} KiB; p99 of a reader {:?} without and \
         {:?} with ({} and {} reads)",
        counts.0, counts.1, quiet.0, stormy.0, quiet.1, stormy.1,
    );
    assert!(counts.0 > 0 && stormy.1 > 0);
    if long.is_some() {
        assert!(after.saturating_sub(before) <= GROWTH, "{before} → {after}");
    }
    // And it goes on as before.
    Client::agent(server.url()).await;
}

/// So many sign in again and again; how many got in and how many were told to come back. Nothing else happens.
async fn storm(url: &str, clients: usize, lasts: Duration) -> (usize, usize) {
    let (signed_in, busy) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let until = Instant::now() + lasts;
    let storming = (0..clients).map(|number| {
        let (url, signed_in, busy) = (url.to_owned(), Arc::clone(&signed_in), Arc::clone(&busy));
        tokio::spawn(async move {
            let low = u8::try_from(number % 250).unwrap() + 1;
            let address = IpAddr::V4(Ipv4Addr::new(127, 4, u8::try_from(number / 250).unwrap(), low));
            let client = reqwest::Client::builder().no_proxy().local_address(address).build().unwrap();
            let email = EMAILS[number % EMAILS.len()];
            let body = json!({ "email": email.0, "password": email.1 });
            while Instant::now() < until {
                let answer = client.post(format!("{url}/api/auth/login")).json(&body).send().await.unwrap();
                let (status, wait) = (answer.status().as_u16(), answer.headers().contains_key("retry-after"));
                answer.bytes().await.unwrap();
                match status {
                    200 => signed_in.fetch_add(1, Ordering::Relaxed),
                    // As a client that does what it is told, only faster.
                    503 | 429 if wait => {
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        busy.fetch_add(1, Ordering::Relaxed)
                    }
                    other => panic!("{other}"),
                };
            }
        })
    });
    for ended in join_all(storming.collect::<Vec<_>>()).await {
        ended.unwrap();
    }
    (signed_in.load(Ordering::Relaxed), busy.load(Ordering::Relaxed))
}

/// Reads a list again and again; how long 99 of a hundred waited at most, and how many there were.
async fn read(reader: &Client, lasts: Duration) -> (Duration, usize) {
    let until = Instant::now() + lasts;
    let mut waits = Vec::new();
    while Instant::now() < until {
        let begun = Instant::now();
        let (status, _) = reader.ask(Method::GET, "/api/leads", None).await.unwrap();
        assert_eq!(status, 200);
        waits.push(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    waits.sort();
    (waits[waits.len() * 99 / 100], waits.len())
}
