//! `kill -9` of the server on the embedded store, while clients write: at random, and at each point around a commit.

use crate::Outcome;
use crate::ending::{Ending, after};
use crate::place::Place;
use crate::preload::Preload;
use crate::report::Report;
use crate::suites::Run;
use crate::trial::Trial;

/// Rounds that go on with one store: everything written to it is looked for after each.
const OF_ONE_STORE: u64 = 10;

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
        let ledger = ending.write(run, &on, ("kill", round), &mut report).await?;
        let findings = on.look(ledger, &mut report).await?;
        trial = (findings == 0).then_some(on);
    }
    Ok(report)
}
