//! `kill -9` in the middle of writing, again and again: what was acknowledged is there, and everything has its event.
//!
//! A few rounds by default; `CRM_ROUNDS=30` for the long run. Each round goes on with the store that the last one left.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use rand::RngExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::until;

const WRITERS: u64 = 8;
/// The writes of a round after which the server dies: somewhere in here.
const DIES_AFTER: std::ops::Range<u64> = 20..400;

/// Something that the server has said is done.
enum Acknowledged {
    /// A lead of this id was made.
    Made(String),
    /// The lead of this id has, or had, this version, with this source.
    Changed(String, u64, String),
    /// The customer of this id has this note.
    Noted(String, String),
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_missing_after_kill_9_and_no_record_lacks_its_event() {
    let rounds: u64 =
        std::env::var("CRM_ROUNDS").map_or(5, |rounds| rounds.parse().expect("a number of rounds"));
    let place = Place::seeded();
    let first = place.serve();
    let admin = Client::admin(first.url()).await;
    let (_, shared) = admin.post("/api/leads", json!({ "name": "Shared" })).await;
    let (_, customer) = admin.post("/api/customers", json!({ "name": "Noted" })).await;
    first.stop();
    let targets = [shared, customer].map(|record| record["id"].as_str().unwrap().to_owned());
    println!("round  acknowledged  leads  changes  notes  missing");
    for round in 1..=rounds {
        let acknowledged = write_until_killed(&place, &admin, &targets, round).await;
        let server = place.serve();
        let missing = missing(&admin.at(server.url()), &acknowledged).await;
        let count = |is: fn(&&Acknowledged) -> bool| acknowledged.iter().filter(is).count();
        println!(
            "{round:>5}  {:>12}  {:>5}  {:>7}  {:>5}  {:>7}",
            acknowledged.len(),
            count(|one| matches!(one, Acknowledged::Made(_))),
            count(|one| matches!(one, Acknowledged::Changed(..))),
            count(|one| matches!(one, Acknowledged::Noted(..))),
            missing.len()
        );
        assert!(missing.is_empty(), "{missing:?}");
        // Beside the running server: versions against events, and counters against records.
        let ended = place.run(&["doctor", "--recount"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        server.kill();
    }
}

/// Starts a server, lets several clients write, and kills it at a random moment.
async fn write_until_killed(
    place: &Place,
    admin: &Client,
    targets: &[String; 2],
    round: u64,
) -> Vec<Acknowledged> {
    let server = place.serve();
    let done = Arc::new(AtomicU64::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (client, targets, done) = (admin.at(server.url()), targets.clone(), Arc::clone(&done));
            tokio::spawn(write(client, targets, format!("{round}-{writer}"), done))
        })
        .collect();
    let dies_after = rand::rng().random_range(DIES_AFTER);
    until("enough was written", Duration::from_mins(1), async || done.load(Ordering::Relaxed) >= dies_after)
        .await;
    server.kill();
    join_all(writers).await.into_iter().flat_map(Result::unwrap).collect()
}

/// Makes leads, changes the one that all change, and writes notes, until the server is gone.
async fn write(
    client: Client,
    [shared, customer]: [String; 2],
    name: String,
    done: Arc<AtomicU64>,
) -> Vec<Acknowledged> {
    let mut acknowledged = Vec::new();
    for turn in 0_u64.. {
        let text = format!("{name}-{turn}");
        let (method, path, body) = match turn % 3 {
            0 => (Method::POST, "/api/leads".to_owned(), json!({ "name": text })),
            1 => (Method::PATCH, format!("/api/leads/{shared}"), json!({ "source": text })),
            _ => (Method::POST, format!("/api/customers/{customer}/notes"), json!({ "text": text })),
        };
        let Ok((status, body)) = client.ask(method, &path, Some(body)).await else { break };
        assert!(matches!(status, 200 | 201), "{status} {body}");
        let of = |value: &Value| value.as_str().unwrap().to_owned();
        acknowledged.push(match turn % 3 {
            0 => Acknowledged::Made(of(&body["id"])),
            1 => Acknowledged::Changed(shared.clone(), body["version"].as_u64().unwrap(), text),
            _ => Acknowledged::Noted(customer.clone(), of(&body["note"]["id"])),
        });
        done.fetch_add(1, Ordering::Relaxed);
    }
    acknowledged
}

/// What the server does not know any more.
async fn missing(admin: &Client, acknowledged: &[Acknowledged]) -> Vec<String> {
    let mut missing = Vec::new();
    let mut known = KnownEvents { admin, shared: Vec::new(), notes: Vec::new() };
    for one in acknowledged {
        match one {
            Acknowledged::Made(id) => {
                let (status, lead) = admin.get(&format!("/api/leads/{id}")).await;
                let events = lead["history"].as_array().map_or(0, Vec::len);
                if status != 200 || events != 1 {
                    missing.push(format!("lead {id}: {status}, {events} events"));
                }
            }
            Acknowledged::Changed(id, version, source) => {
                if !known.change(id, source).await {
                    missing.push(format!("version {version} of lead {id}, {source}"));
                }
            }
            Acknowledged::Noted(customer, note) => {
                if !known.note(customer, note).await {
                    missing.push(format!("note {note}"));
                }
            }
        }
    }
    missing
}

/// What all writers wrote to, read once.
struct KnownEvents<'a> {
    admin: &'a Client,
    shared: Vec<String>,
    notes: Vec<String>,
}

impl KnownEvents<'_> {
    async fn change(&mut self, lead: &str, source: &str) -> bool {
        if self.shared.is_empty() {
            let feed = format!("/api/activity?entityType=Lead&entityId={lead}&limit=100");
            self.shared = walk(self.admin, &feed, |event| event["meta"]["source"]["to"].clone()).await;
        }
        self.shared.iter().any(|known| known == source)
    }

    async fn note(&mut self, customer: &str, note: &str) -> bool {
        if self.notes.is_empty() {
            let list = format!("/api/customers/{customer}/notes?limit=100");
            self.notes = walk(self.admin, &list, |note| note["id"].clone()).await;
        }
        self.notes.iter().any(|known| known == note)
    }
}

/// Something of every item of a list, page after page.
async fn walk(admin: &Client, first: &str, of: impl Fn(&Value) -> Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let response = admin.request(Method::GET, &path, None).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let link = response.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        let body: Value = response.json().await.unwrap();
        let items = body.as_array().or(body["items"].as_array()).unwrap().clone();
        found.extend(items.iter().filter_map(|item| of(item).as_str().map(str::to_owned)));
        next = link.map(|link| link.split(['<', '>']).nth(1).unwrap().to_owned());
    }
    found
}
