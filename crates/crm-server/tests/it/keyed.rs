//! `kill -9` while requests with an `Idempotency-Key` come, each up to five times at once and again until it is answered:
//! each key is done once, and all its copies get one answer.
//!
//! A few hundred keys by default; `CRM_TEST_KEYED=10000` for the long run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use parking_lot::Mutex;
use rand::RngExt;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::until;

const WORKERS: u64 = 24;
const MOST_COPIES: u64 = 5;
/// How long a copy waits for a new server before it asks the old one again.
const PAUSE: Duration = Duration::from_millis(200);

/// What came of all requests so far.
#[derive(Default)]
struct Count {
    /// Keys whose copies are all answered.
    finished: AtomicU64,
    copies: AtomicU64,
    requests: AtomicU64,
    replayed: AtomicU64,
    waiting: AtomicU64,
    broken: AtomicU64,
    unavailable: AtomicU64,
    next: AtomicU64,
}

struct Race {
    keys: u64,
    admin: Client,
    url: watch::Receiver<String>,
    count: Count,
    /// The answers that each key got.
    answers: Mutex<BTreeMap<u64, BTreeSet<String>>>,
    /// How many of them said that it was done just now.
    done: Mutex<BTreeMap<u64, u64>>,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_key_is_done_once_however_often_it_comes_and_the_server_dies() {
    let keys: u64 =
        std::env::var("CRM_TEST_KEYED").map_or(300, |keys| keys.parse().expect("a number of keys"));
    let kills = (keys / 400).clamp(4, 25);
    let place = Place::seeded();
    let mut server = place.serve();
    let admin = Client::admin(server.url()).await;
    let before = leads(&admin).await;
    let (tell, url) = watch::channel(server.url().to_owned());
    let race = Arc::new(Race {
        keys,
        admin,
        url,
        count: Count::default(),
        answers: Mutex::default(),
        done: Mutex::default(),
    });
    let begun = Instant::now();
    let workers: Vec<_> = (0..WORKERS).map(|_| tokio::spawn(work(Arc::clone(&race)))).collect();
    for kill in 1..=kills {
        let stretch = keys / (kills + 1);
        let at = stretch * kill + rand::rng().random_range(0..stretch.max(1)) / 2;
        let finished = || race.count.finished.load(Ordering::Relaxed);
        until("enough is answered", Duration::from_mins(10), async || finished() >= at).await;
        server.kill();
        server = place.serve();
        tell.send_replace(server.url().to_owned());
    }
    for worker in workers {
        worker.await.unwrap();
    }
    let took = begun.elapsed();
    let admin = race.admin.at(server.url());
    println!("{}", race.report(kills, took));
    assert_eq!(leads(&admin).await, before + keys, "one record for each key");
    let answers = race.answers.lock().clone();
    let several: Vec<_> = answers.iter().filter(|(_, answers)| answers.len() != 1).collect();
    assert!(several.is_empty(), "keys with several answers: {several:#?}");
    let ids: BTreeSet<String> = answers.values().flatten().map(|answer| id_in(answer)).collect();
    assert_eq!((answers.len() as u64, ids.len() as u64), (keys, keys));
    assert!(race.done.lock().values().all(|done| *done <= 1), "a key was done twice");
    let ended = place.run(&["doctor", "--recount"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    server.stop();
}

/// Takes key after key and sends its copies at once.
async fn work(race: Arc<Race>) {
    let mut client = race.admin.clone();
    loop {
        let key = race.count.next.fetch_add(1, Ordering::Relaxed);
        if key >= race.keys {
            return;
        }
        let url = race.url.borrow().clone();
        client = client.at(&url);
        let copies = rand::rng().random_range(1..=MOST_COPIES);
        race.count.copies.fetch_add(copies, Ordering::Relaxed);
        join_all((0..copies).map(|_| race.ask_until_answered(client.clone(), url.clone(), key))).await;
        race.count.finished.fetch_add(1, Ordering::Relaxed);
    }
}

impl Race {
    /// Sends a copy again and again until it has the answer.
    async fn ask_until_answered(&self, mut client: Client, mut url: String, key: u64) {
        let add = |to: &AtomicU64| to.fetch_add(1, Ordering::Relaxed);
        loop {
            add(&self.count.requests);
            match ask(&client, key).await {
                Ok((201, is_replayed, text)) => {
                    self.answers.lock().entry(key).or_default().insert(text);
                    *self.done.lock().entry(key).or_default() += u64::from(!is_replayed);
                    self.count.replayed.fetch_add(u64::from(is_replayed), Ordering::Relaxed);
                    return;
                }
                Ok((409, _, text)) => {
                    assert!(text.contains("still_running"), "{text}");
                    add(&self.count.waiting);
                }
                Ok((503, ..)) => {
                    add(&self.count.unavailable);
                }
                Ok((status, _, text)) => panic!("{status} {text}"),
                Err(_) => {
                    add(&self.count.broken);
                    let mut told = self.url.clone();
                    let new = tokio::time::timeout(PAUSE, told.wait_for(|now| *now != url)).await;
                    if let Ok(Ok(now)) = new {
                        url.clone_from(&now);
                        client = client.at(&url);
                    }
                }
            }
        }
    }

    fn report(&self, kills: u64, took: Duration) -> String {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let count = &self.count;
        let unheard = self.keys - self.done.lock().values().sum::<u64>();
        format!(
            "{} keys, {} copies, {kills} kills, {took:.1?}\n\
             {} requests: {} answered again, {} told to wait, {} unavailable, {} broken off; \
             {unheard} keys were done by a request that was never answered",
            self.keys,
            of(&count.copies),
            of(&count.requests),
            of(&count.replayed),
            of(&count.waiting),
            of(&count.unavailable),
            of(&count.broken),
        )
    }
}

async fn ask(client: &Client, key: u64) -> reqwest::Result<(u16, bool, String)> {
    let lead = json!({ "name": format!("Lead {key}") });
    let request = client.request(Method::POST, "/api/leads", Some(lead));
    let response = request.header("Idempotency-Key", format!("key-{key}")).send().await?;
    let is_replayed = response.headers().contains_key("idempotency-replayed");
    Ok((response.status().as_u16(), is_replayed, response.text().await?))
}

fn id_in(answer: &str) -> String {
    let lead: Value = serde_json::from_str(answer).unwrap();
    lead["id"].as_str().unwrap().to_owned()
}

async fn leads(admin: &Client) -> u64 {
    let (status, page) = admin.get("/api/leads?archived=all&limit=1").await;
    assert_eq!(status, 200, "{page}");
    page["total"].as_u64().unwrap()
}
