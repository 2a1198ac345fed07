//! The power goes while clients write to the embedded store: what no sync has covered is taken back after the kill.

use crate::Outcome;
use crate::chance::Chance;
use crate::ending::{Ending, after};
use crate::place::Place;
use crate::power::{self, Mode};
use crate::preload::Preload;
use crate::report::Report;
use crate::suites::{Run, Size};
use crate::trial::Trial;

/// Rounds that go on with one store: everything written to it is looked for after each.
const OF_ONE_STORE: u64 = 10;

/// Runs it for each mode.
///
/// # Errors
/// Something could not be tried.
pub async fn run(run: &Run) -> Outcome<Vec<Report>> {
    let mut reports = Vec::new();
    for mode in Mode::ALL {
        reports.push(of(run, mode).await?);
    }
    Ok(reports)
}

/// Runs it for one mode.
///
/// # Errors
/// Something could not be tried.
pub async fn of(run: &Run, mode: Mode) -> Outcome<Report> {
    let preload = Preload::build()?;
    let name = format!("power-loss {}", mode.name());
    let mut report = Report::new(&name, run.seed);
    let mut trial = None;
    for round in 0..run.rounds {
        let mut on = match trial.take() {
            Some(trial) if round % OF_ONE_STORE != 0 => trial,
            Some(_) | None => Trial::begin(Place::embedded(&run.program)?, run.seed).await?,
        };
        let journal = on.place.folder().join("journal");
        std::fs::create_dir_all(&journal)?;
        let ending = Ending { preload: &preload, journal: Some(&journal), after: fewer(run.size) };
        let ledger = ending.write(run, &on, (mode.name(), turn(run.size, round)), &mut report).await?;
        let mut chance = Chance::of(run.seed, &format!("{name} {round}"));
        let taken = power::goes(&on.place.store(), &journal, mode, &mut chance)?;
        std::fs::remove_dir_all(&journal)?;
        report.count("writes not synced", taken.pending);
        report.count("of them lost", taken.lost);
        report.count("of them torn", taken.torn);
        let findings = on.look(ledger, &mut report).await?;
        trial = (findings == 0).then_some(on);
    }
    Ok(report)
}

/// Which point has its turn: in a few rounds every other one, so that those of a checkpoint are among them.
fn turn(size: Size, round: u64) -> u64 {
    match size {
        Size::Short => round * 2 + 1,
        Size::Long => round,
    }
}

/// There are three times as many rounds, and a round is about its last moment.
fn fewer(size: Size) -> std::ops::Range<u64> {
    let all = after(size);
    all.start / 3..all.end / 3
}
