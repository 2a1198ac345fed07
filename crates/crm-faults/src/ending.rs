//! Ends a server on the embedded store with `kill -9` while clients write: at random or at a point around a commit.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use crate::Outcome;
use crate::chance::Chance;
use crate::crowd::Unserved;
use crate::ledger::Ledger;
use crate::place::Start;
use crate::preload::{Point, Preload};
use crate::report::Report;
use crate::suites::{Run, Size};
use crate::trial::Trial;

/// How many write at once.
pub const CLIENTS: u64 = 16;
/// How long a point is waited for: a checkpoint comes every few hundred commits.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is loaded into the servers that are ended, and what is told of each end.
#[derive(Debug)]
pub struct Ending<'a> {
    /// What is loaded.
    pub preload: &'a Preload,
    /// Where the server's journal of what is not synced goes, if it keeps one.
    pub journal: Option<&'a Path>,
    /// How many requests are acknowledged before the server is to end.
    pub after: Range<u64>,
}

impl Ending<'_> {
    /// Lets clients write until the server ends, and gives what they wrote down.
    ///
    /// # Errors
    /// The server cannot be started, or ends by itself.
    pub async fn write(
        &self,
        run: &Run,
        trial: &Trial,
        (name, round): (&str, u64),
        report: &mut Report,
    ) -> Outcome<Ledger> {
        let name = format!("{name}{round}");
        let mut chance = Chance::of(run.seed, &name);
        let point = point(round, &mut chance);
        Preload::disarm(&trial.place)?;
        let variables = self.preload.variables(&trial.place, point, self.journal);
        let mut server = trial.place.serve_as(&Start { weakness: run.weakness, variables }).await?;
        let crowd = trial.crowd(server.url(), &name, CLIENTS, Unserved::Leaves)?;
        tokio::select! {
            () = crowd.acknowledged(chance.within(&self.after)) => {}
            ended = server.ended() => {
                return Err(format!("the server ended with {}: {}", ended?, server.complaints()).into());
            }
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
        Ok(crowd.end().await)
    }
}

/// How many requests are acknowledged before the server is to end.
pub fn after(size: Size) -> Range<u64> {
    match size {
        Size::Short => 40..200,
        Size::Long => 400..2_000,
    }
}

/// Whether the server ends at no point in this round.
pub fn is_at_random(round: u64) -> bool {
    point(round, &mut Chance::of(0, "")).is_none()
}

/// Each point in turn, and once in so many rounds none.
fn point(round: u64, chance: &mut Chance) -> Option<(Point, u64)> {
    let turns = u64::try_from(Point::ALL.len() + 1).ok()?;
    let point = Point::ALL.get(usize::try_from(round % turns).ok()?)?;
    Some((*point, chance.within(&point.passed())))
}
