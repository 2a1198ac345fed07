//! `kill -9` of the server on the embedded store, while clients write: at random, and at each point around a commit.

use std::time::Duration;

use crate::Outcome;
use crate::chance::Chance;
use crate::crowd::Unserved;
use crate::finding::Finding;
use crate::ledger::Counts;
use crate::place::{Place, Start};
use crate::preload::{Point, Preload};
use crate::report::Report;
use crate::suites::{Run, Size};
use crate::trial::Trial;

/// How many write at once.
const CLIENTS: u64 = 16;
/// Rounds that go on with one store: everything written to it is looked for after each.
const OF_ONE_STORE: u64 = 10;
/// How long a point is waited for: a checkpoint comes every few hundred commits.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs it.
///
/// # Errors
/// Something could not be tried.
pub async fn run(run: &Run) -> Outcome<Report> {
    let preload = Preload::build()?;
    let mut report = Report::new("kill", run.seed);
    let mut trial = None;
    for round in 0..run.rounds {
        let mut on = match trial.take() {
            Some(trial) if round % OF_ONE_STORE != 0 => trial,
            Some(_) | None => Trial::begin(Place::embedded(&run.program)?, run.seed).await?,
        };
        let (counts, findings) = one(run, round, &mut on, &preload, &mut report).await?;
        report.round(counts, &findings);
        trial = findings.is_empty().then_some(on);
    }
    Ok(report)
}

async fn one(
    run: &Run,
    round: u64,
    trial: &mut Trial,
    preload: &Preload,
    report: &mut Report,
) -> Outcome<(Counts, Vec<Finding>)> {
    let mut chance = Chance::of(run.seed, &format!("kill {round}"));
    let point = point(round, &mut chance);
    Preload::disarm(&trial.place)?;
    let start = Start { weakness: run.weakness, variables: preload.variables(&trial.place, point, None) };
    let mut server = trial.place.serve_as(&start).await?;
    let crowd = trial.crowd(server.url(), &format!("kill{round}"), CLIENTS, Unserved::Leaves)?;
    tokio::select! {
        () = crowd.acknowledged(chance.within(&after(run.size))) => {}
        ended = server.ended() => return Err(format!("the server ended by itself: {}", ended?).into()),
    }
    match point {
        None => {
            // Somewhere between two answers.
            tokio::time::sleep(Duration::from_micros(chance.below(5_000))).await;
            report.count("at random", 1);
        }
        Some((point, _)) => {
            Preload::arm(&trial.place)?;
            let reached = tokio::time::timeout(PATIENCE, server.ended()).await.is_ok();
            report.count(if reached { point.name() } else { "not reached in time" }, 1);
        }
    }
    server.kill().await?;
    let ledger = crowd.end().await;
    let server = trial.place.serve().await?;
    let counts = trial.take_in(ledger, server.url()).await?;
    let findings = trial.check(server.url()).await?;
    server.kill().await?;
    Ok((counts, findings))
}

/// How many requests are acknowledged before the server is to end.
fn after(size: Size) -> std::ops::Range<u64> {
    match size {
        Size::Short => 40..200,
        Size::Long => 300..1_800,
    }
}

/// Each point in turn, and once in so many rounds none.
fn point(round: u64, chance: &mut Chance) -> Option<(Point, u64)> {
    let turns = u64::try_from(Point::ALL.len() + 1).ok()?;
    let point = Point::ALL.get(usize::try_from(round % turns).ok()?)?;
    Some((*point, chance.within(&point.passed())))
}
