//! Clients that write through one server and note down what it answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::client::Client;

/// Some who write until they are told to stop.
pub(crate) struct Writing {
    over: Arc<AtomicBool>,
    writers: JoinSet<Seen>,
}

/// What the writers saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The names of leads of which the server said that they are made.
    pub(crate) made: Vec<String>,
    /// Changes that it said are done: the lead's id, the version it said the lead has now, and the new source.
    pub(crate) changed: Vec<(String, u64, String)>,
    /// The names of leads of which it said that it does not know.
    pub(crate) unknown: Vec<String>,
    /// The names of leads of which it said that nothing was done.
    pub(crate) refused: Vec<String>,
    /// How often it answered with each status.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// Answers 503 that did not say when to ask again.
    pub(crate) without_retry_after: u64,
    /// Requests that got no whole answer.
    pub(crate) cut_off: u64,
    /// The longest that anybody waited for an answer.
    pub(crate) slowest: Duration,
    /// The longest time in which nobody's write was acknowledged.
    pub(crate) gap: Duration,
}

impl Writing {
    /// Starts so many, who are all the same user.
    pub(crate) fn begin(client: &Client, url: &str, writers: usize, name: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let mut running = JoinSet::new();
        let moments = Arc::new(parking_lot::Mutex::new((Instant::now(), Duration::ZERO)));
        for number in 0..writers {
            let writer = Writer {
                client: client.at(url),
                name: format!("{name}-{number}"),
                over: Arc::clone(&over),
                acknowledged: Arc::clone(&moments),
                seen: Seen::default(),
            };
            running.spawn(writer.run());
        }
        Self { over, writers: running }
    }

    /// Tells them to stop, and gives what they saw.
    pub(crate) async fn end(self) -> Seen {
        self.over.store(true, Ordering::Relaxed);
        let mut all = Seen::default();
        for seen in self.writers.join_all().await {
            all.made.extend(seen.made);
            all.changed.extend(seen.changed);
            all.unknown.extend(seen.unknown);
            all.refused.extend(seen.refused);
            all.without_retry_after += seen.without_retry_after;
            all.cut_off += seen.cut_off;
            all.slowest = all.slowest.max(seen.slowest);
            all.gap = all.gap.max(seen.gap);
            for (status, count) in seen.statuses {
                *all.statuses.entry(status).or_default() += count;
            }
        }
        all
    }
}

impl Seen {
    /// How many writes were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.made.len() + self.changed.len()
    }

    /// What is wrong with what the store holds now: whatever was acknowledged is missing, or anything is there twice.
    pub(crate) async fn wrong(&self, admin: &Client) -> Vec<String> {
        let mut wrong = Vec::new();
        let leads = everything(admin).await;
        let mut times: BTreeMap<&str, u64> = BTreeMap::new();
        for lead in &leads {
            *times.entry(lead["name"].as_str().unwrap()).or_default() += 1;
        }
        for name in &self.made {
            match times.get(name.as_str()).copied().unwrap_or(0) {
                1 => {}
                times => wrong.push(format!("{name} was acknowledged and is there {times} times")),
            }
        }
        for name in &self.unknown {
            let times = times.get(name.as_str()).copied().unwrap_or(0);
            if times > 1 {
                wrong.push(format!("{name} is there {times} times"));
            }
        }
        for name in &self.refused {
            if times.contains_key(name.as_str()) {
                wrong.push(format!("{name} is there, and nothing was said to be done"));
            }
        }
        for (id, version, source) in &self.changed {
            let (status, lead) = admin.get(&format!("/api/leads/{id}")).await;
            let events = lead["history"].as_array().map(Vec::as_slice).unwrap_or_default();
            let times = events.iter().filter(|event| event["meta"]["source"]["to"] == **source).count();
            if status != 200 || lead["version"].as_u64().unwrap_or(0) < *version || times != 1 {
                wrong.push(format!("{source} of {id} was acknowledged and happened {times} times"));
            }
        }
        wrong
    }
}

/// All leads, by a walk.
pub(crate) async fn everything(admin: &Client) -> Vec<Value> {
    let mut found = Vec::new();
    let mut path = "/api/leads?limit=100&archived=all&sort=createdAt".to_owned();
    loop {
        let (status, page) = admin.get(&path).await;
        assert_eq!(status, 200, "{page}");
        found.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["nextCursor"].as_str() {
            Some(cursor) => {
                path = format!("/api/leads?limit=100&archived=all&sort=createdAt&cursor={cursor}");
            }
            None => return found,
        }
    }
}

struct Writer {
    client: Client,
    name: String,
    over: Arc<AtomicBool>,
    /// When a write of anybody was acknowledged last, and the longest time between two.
    acknowledged: Arc<parking_lot::Mutex<(Instant, Duration)>>,
    seen: Seen,
}

impl Writer {
    /// Makes leads and changes each once.
    async fn run(mut self) -> Seen {
        let mut turn = 0_u64;
        while !self.over.load(Ordering::Relaxed) {
            turn += 1;
            let name = format!("{}-{turn}", self.name);
            match self.ask(Method::POST, "/api/leads", json!({ "name": name })).await {
                Some((201, lead)) => {
                    self.seen.made.push(name.clone());
                    let id = lead["id"].as_str().unwrap().to_owned();
                    let changed =
                        self.ask(Method::PATCH, &format!("/api/leads/{id}"), json!({ "source": name })).await;
                    if let Some((200, lead)) = changed {
                        self.seen.changed.push((id, lead["version"].as_u64().unwrap(), name));
                    }
                }
                Some((_, problem)) if says_nothing_was_done(&problem) => {
                    self.seen.refused.push(name);
                    // Not as long as it was told to wait, but not at full speed either.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Some(_) | None => self.seen.unknown.push(name),
            }
        }
        self.seen
    }

    async fn ask(&mut self, method: Method, path: &str, body: Value) -> Option<(u16, Value)> {
        let begun = Instant::now();
        let answer = self.client.ask_and_listen(method, path, Some(body)).await;
        self.seen.slowest = self.seen.slowest.max(begun.elapsed());
        let Ok((status, retry_after, body)) = answer else {
            self.seen.cut_off += 1;
            return None;
        };
        self.seen.without_retry_after += u64::from(status == 503 && retry_after.is_none());
        *self.seen.statuses.entry(status).or_default() += 1;
        if status < 300 {
            let mut acknowledged = self.acknowledged.lock();
            acknowledged.1 = acknowledged.1.max(acknowledged.0.elapsed());
            acknowledged.0 = Instant::now();
            self.seen.gap = acknowledged.1;
        }
        Some((status, body))
    }
}

/// Whether this answer promises that nothing was done.
fn says_nothing_was_done(problem: &Value) -> bool {
    let code = problem["code"].as_str().unwrap_or_default();
    ["unavailable", "busy", "overloaded", "store_full"].contains(&code)
}
