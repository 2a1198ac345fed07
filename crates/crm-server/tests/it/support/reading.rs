//! Clients that read through one server and note down what it answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use tokio::task::JoinSet;

use super::client::Client;

/// Some who read until they are told to stop.
pub(crate) struct Reading {
    over: Arc<AtomicBool>,
    readers: JoinSet<Answers>,
}

/// What the readers were answered.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// How often with each status.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// How often with 503 and not with when to ask again.
    pub(crate) without_retry_after: u64,
    /// The longest that anybody waited.
    pub(crate) slowest: Duration,
}

impl Reading {
    /// Starts so many, who ask for this again and again.
    pub(crate) fn begin(client: &Client, url: &str, readers: usize, path: &'static str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let mut running = JoinSet::new();
        for _ in 0..readers {
            running.spawn(read(client.at(url), path, Arc::clone(&over)));
        }
        Self { over, readers: running }
    }

    /// Tells them to stop, and gives what they were answered.
    pub(crate) async fn end(self) -> Answers {
        self.over.store(true, Ordering::Relaxed);
        let mut all = Answers::default();
        for answers in self.readers.join_all().await {
            all.without_retry_after += answers.without_retry_after;
            all.slowest = all.slowest.max(answers.slowest);
            for (status, count) in answers.statuses {
                *all.statuses.entry(status).or_default() += count;
            }
        }
        all
    }
}

async fn read(client: Client, path: &'static str, over: Arc<AtomicBool>) -> Answers {
    let mut answers = Answers::default();
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let (status, retry_after, _) = client.ask_and_listen(Method::GET, path, None).await.unwrap();
        answers.slowest = answers.slowest.max(begun.elapsed());
        *answers.statuses.entry(status).or_default() += 1;
        answers.without_retry_after += u64::from(status == 503 && retry_after.is_none());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    answers
}
