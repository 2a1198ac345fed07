//! The server is told to stop (SIGTERM) while clients write and read: no request that it read is cut off.
//!
//! A client cannot tell whether a request was read whose connection ended before the first byte of an answer. So those
//! are looked for in the store: a server that ends in order has done nothing that it did not answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use reqwest::Method;
use rustix::process::Signal;
use tokio::task::JoinSet;

use crate::Outcome;
use crate::chance::Chance;
use crate::client::{Client, NoReply, Request};
use crate::crowd::Unserved;
use crate::finding::{Finding, Kind};
use crate::place::{Place, Start};
use crate::report::Report;
use crate::suites::{Run, Size};
use crate::trial::Trial;

const WRITERS: u64 = 12;
const READERS: u64 = 4;
/// Rounds that go on with one store.
const OF_ONE_STORE: u64 = 10;

/// Runs it.
///
/// # Errors
/// Something could not be tried.
pub async fn run(run: &Run) -> Outcome<Report> {
    let mut report = Report::new("sigterm", run.seed);
    let mut trial = None;
    for round in 0..run.rounds {
        let mut on = match trial.take() {
            Some(trial) if round % OF_ONE_STORE != 0 => trial,
            Some(_) | None => Trial::begin(Place::embedded(&run.program)?, run.seed).await?,
        };
        let findings = one(run, round, &mut on, &mut report).await?;
        trial = (findings == 0).then_some(on);
    }
    Ok(report)
}

async fn one(run: &Run, round: u64, trial: &mut Trial, report: &mut Report) -> Outcome<usize> {
    let mut chance = Chance::of(run.seed, &format!("sigterm {round}"));
    let start = Start { weakness: run.weakness, ..Start::default() };
    let mut server = trial.place.serve_as(&start).await?;
    let crowd = trial.crowd(server.url(), &format!("term{round}"), WRITERS, Unserved::Leaves)?;
    let reading = Reading::begin(&trial.people().admin.at(server.url())?);
    crowd.acknowledged(chance.within(&after(run.size))).await;
    server.signal(Signal::TERM)?;
    let status = server.ended().await?;
    let mut ledger = crowd.end().await;
    let (read, cut_off) = reading.end().await;
    report.count("read", read);
    report.count("not read by the server", ledger.counts().unknown);
    if status.code() != Some(0) {
        ledger.wrong(format!("the server ended with {status}: {}", server.complaints()));
    }
    if ledger.broken + cut_off > 0 {
        ledger.wrong(format!("{} answers were cut off", ledger.broken + cut_off));
    }
    let mut log = trial.place.store().into_os_string();
    log.push("-wal");
    if std::fs::exists(&log)? {
        ledger.findings.push(Finding::new(Kind::Store, "the log was not emptied"));
    }
    ledger.refuse_what_is_unknown("the server ended in order and did not answer");
    trial.look(ledger, report).await
}

/// How many requests are acknowledged before the signal.
fn after(size: Size) -> std::ops::Range<u64> {
    match size {
        Size::Short => 40..120,
        Size::Long => 200..800,
    }
}

/// Clients that read long answers until nobody answers.
struct Reading {
    over: Arc<AtomicBool>,
    read: Arc<AtomicU64>,
    readers: JoinSet<u64>,
}

impl Reading {
    fn begin(client: &Client) -> Self {
        let (over, read) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut readers = JoinSet::new();
        for _ in 0..READERS {
            readers.spawn(keep_reading(client.clone(), Arc::clone(&over), Arc::clone(&read)));
        }
        Self { over, read, readers }
    }

    /// How many answers came, and how many ended before their end.
    async fn end(self) -> (u64, u64) {
        self.over.store(true, Ordering::Relaxed);
        let cut_off = self.readers.join_all().await.into_iter().sum();
        (self.read.load(Ordering::Relaxed), cut_off)
    }
}

/// Reads until nobody answers; how many answers ended before their end.
async fn keep_reading(client: Client, over: Arc<AtomicBool>, read: Arc<AtomicU64>) -> u64 {
    let list = Request::new(Method::GET, "/api/activity?limit=100");
    while !over.load(Ordering::Relaxed) {
        match client.send(&list).await {
            Ok(_) => read.fetch_add(1, Ordering::Relaxed),
            Err(NoReply::Broken) => return 1,
            Err(NoReply::NotSent | NoReply::CutOff) => return 0,
        };
    }
    0
}
