//! `kill -9` of the server on the embedded store, while clients write: at each point around a commit, and at random, again
//! and again, while the clients go on with the next server.

use std::time::Duration;

use tokio::time::timeout;

use crate::Outcome;
use crate::chance::Chance;
use crate::crowd::Unserved;
use crate::ending::{CLIENTS, Ending, after, is_at_random};
use crate::ledger::Ledger;
use crate::place::{Place, Start};
use crate::preload::Preload;
use crate::report::Report;
use crate::suites::Run;
use crate::trial::Trial;

/// Rounds that go on with one store: everything written to it is looked for after each.
const OF_ONE_STORE: u64 = 10;
/// How often a server is killed in a round at random.
const KILLS: u64 = 3;
/// The longest from one kill to the next: where nobody gets on, the server does not serve.
const LONGEST: Duration = Duration::from_mins(2);

/// Runs it.
///
/// # Errors
/// Something could not be tried.
pub async fn run(run: &Run) -> Outcome<Report> {
    let preload = Preload::build()?;
    let ending = Ending { preload: &preload, journal: None, after: after(run.size) };
    let mut report = Report::new("kill", run.seed);
    let mut trial = None;
    for round in 0..run.rounds {
        let mut on = match trial.take() {
            Some(trial) if round % OF_ONE_STORE != 0 => trial,
            Some(_) | None => Trial::begin(Place::embedded(&run.program)?, run.seed).await?,
        };
        let ledger = if is_at_random(round) {
            report.count("at random", KILLS);
            again_and_again(run, &on, round).await?
        } else {
            ending.write(run, &on, ("kill", round), &mut report).await?
        };
        let findings = on.look(ledger, &mut report).await?;
        trial = (findings == 0).then_some(on);
    }
    Ok(report)
}

/// Clients that go on with the next server: they ask while it starts.
async fn again_and_again(run: &Run, trial: &Trial, round: u64) -> Outcome<Ledger> {
    let name = format!("again{round}");
    let mut chance = Chance::of(run.seed, &name);
    let start = Start { weakness: run.weakness, ..Start::default() };
    let mut server = trial.place.serve_as(&start).await?;
    let crowd = trial.crowd(server.url(), &name, CLIENTS, Unserved::GoesOn)?;
    let mut acknowledged = 0;
    for _ in 0..KILLS {
        acknowledged += chance.within(&after(run.size)) / KILLS;
        timeout(LONGEST, crowd.acknowledged(acknowledged)).await?;
        server.kill().await?;
        server = trial.place.serve_as(&start).await?;
        crowd.go_to(server.url());
    }
    timeout(LONGEST, crowd.acknowledged(acknowledged + CLIENTS)).await?;
    server.kill().await?;
    Ok(crowd.end().await)
}
