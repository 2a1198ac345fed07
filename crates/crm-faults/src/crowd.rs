//! Many workers at once, until they are told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Outcome;
use crate::ledger::{Answer, Ledger};
use crate::pulse::Pulse;
use crate::worker::Worker;

/// How long a client that was not served waits before it asks again, unless it hears of another server.
const PAUSE: Duration = Duration::from_millis(20);

/// What a worker does when it was not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unserved {
    /// It goes home: the server is gone.
    Leaves,
    /// It asks for something else after a moment: somebody will serve it.
    GoesOn,
}

/// Some who ask until they are told to stop.
#[derive(Debug)]
pub struct Crowd {
    over: Arc<AtomicBool>,
    acknowledged: watch::Receiver<u64>,
    url: watch::Sender<String>,
    pulse: Arc<Pulse>,
    workers: JoinSet<Worker>,
}

/// What all workers of a crowd know.
#[derive(Clone)]
struct Common {
    over: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
    tell: Arc<watch::Sender<u64>>,
    url: watch::Receiver<String>,
    unserved: Unserved,
}

impl Crowd {
    /// Starts them. Needs a runtime.
    pub fn begin(workers: Vec<Worker>, unserved: Unserved) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let url = workers.first().map(|worker| worker.url().to_owned()).unwrap_or_default();
        let (move_on, told) = watch::channel(url);
        let (tell, acknowledged) = watch::channel(0);
        let common = Common {
            over: Arc::clone(&over),
            count: Arc::new(AtomicU64::new(0)),
            tell: Arc::new(tell),
            url: told,
            unserved,
        };
        let pulse = Arc::new(Pulse::default());
        let felt = |worker: Worker| worker.felt_by(Arc::clone(&pulse));
        let workers = workers.into_iter().map(|worker| work(felt(worker), common.clone())).collect();
        Self { over, acknowledged, url: move_on, pulse, workers }
    }

    /// Waits until so many requests are acknowledged; at once if nobody works any more.
    pub async fn acknowledged(&self, many: u64) {
        self.acknowledged.clone().wait_for(|now| *now >= many).await.ok();
    }

    /// How many requests are acknowledged by now.
    pub fn so_far(&self) -> u64 {
        *self.acknowledged.borrow()
    }

    /// What feels how they are served.
    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// Tells them of a server that took the place of the one before.
    pub fn go_to(&self, url: &str) {
        self.url.send_replace(url.to_owned());
    }

    /// Tells them to stop, and gives all that they wrote down.
    pub async fn end(self) -> Ledger {
        self.over.store(true, Ordering::Relaxed);
        let mut ledger = Ledger::default();
        for worker in self.workers.join_all().await {
            ledger.extend(worker.ledger);
        }
        ledger
    }
}

async fn work(mut worker: Worker, common: Common) -> Worker {
    let mut told = common.url.clone();
    while !common.over.load(Ordering::Relaxed) {
        if follow(&mut worker, &mut told).is_err() {
            break;
        }
        match worker.step().await {
            Answer::Acknowledged(_) => {
                let now = common.count.fetch_add(1, Ordering::Relaxed) + 1;
                common.tell.send_if_modified(|most| {
                    let grows = now > *most;
                    *most = now.max(*most);
                    grows
                });
            }
            Answer::Refused(why) if !is_unserved(&why) => {}
            Answer::Refused(_) | Answer::Unknown => match common.unserved {
                Unserved::Leaves => break,
                Unserved::GoesOn => drop(tokio::time::timeout(PAUSE, told.changed()).await),
            },
        }
    }
    worker
}

fn is_unserved(why: &str) -> bool {
    why.starts_with('5') || why.starts_with("nobody")
}

fn follow(worker: &mut Worker, told: &mut watch::Receiver<String>) -> Outcome<()> {
    let url = told.borrow_and_update().clone();
    if url == worker.url() { Ok(()) } else { worker.go_to(&url) }
}
