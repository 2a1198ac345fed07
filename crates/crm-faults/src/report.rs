//! What is said of a suite: a row for people and a line for programs.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

use crate::finding::{Finding, Kind};
use crate::ledger::Counts;

/// The most findings of each kind that are told in full.
const TOLD: u64 = 8;

/// What came of a suite.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Its name.
    pub suite: String,
    /// What its chance followed from.
    pub seed: u64,
    /// How often it was tried.
    pub rounds: u64,
    /// Requests that were done.
    pub acknowledged: u64,
    /// Requests that were not.
    pub refused: u64,
    /// Requests of which nobody knows.
    pub unknown: u64,
    /// What was acknowledged and is not there.
    pub lost: u64,
    /// What is there and was not asked for so often.
    pub twice: u64,
    /// What is there by halves.
    pub half: u64,
    /// Whatever else is wrong.
    pub other: u64,
    /// How long it took.
    pub seconds: f64,
    #[serde(skip)]
    begun: Instant,
    /// What only this suite tells.
    pub more: BTreeMap<String, Value>,
    /// The first of what is wrong, each in a line.
    pub findings: Vec<String>,
}

impl Report {
    /// Nothing yet.
    pub fn new(suite: &str, seed: u64) -> Self {
        Self {
            suite: suite.to_owned(),
            seed,
            rounds: 0,
            acknowledged: 0,
            refused: 0,
            unknown: 0,
            lost: 0,
            twice: 0,
            half: 0,
            other: 0,
            seconds: 0.0,
            begun: Instant::now(),
            more: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    /// Adds a round.
    pub fn round(&mut self, counts: Counts, findings: &[Finding]) {
        self.rounds += 1;
        // In tenths of a second: nobody wants to know more.
        self.seconds = (self.begun.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        self.acknowledged += counts.acknowledged;
        self.refused += counts.refused;
        self.unknown += counts.unknown;
        self.found(findings);
    }

    /// Adds what is wrong.
    pub fn found(&mut self, findings: &[Finding]) {
        for finding in findings {
            let count = match finding.kind {
                Kind::Lost => &mut self.lost,
                Kind::Twice => &mut self.twice,
                Kind::Half => &mut self.half,
                Kind::Refused | Kind::Chain | Kind::Answer | Kind::Store => &mut self.other,
            };
            *count += 1;
            if *count <= TOLD {
                self.findings.push(format!("round {}: {finding}", self.rounds));
            }
        }
    }

    /// Adds one to something that only this suite tells.
    pub fn count(&mut self, what: &str, by: u64) {
        let now = self.more.get(what).and_then(Value::as_u64).unwrap_or(0);
        self.more.insert(what.to_owned(), Value::from(now + by));
    }

    /// Whether anything is wrong.
    pub fn is_clean(&self) -> bool {
        self.lost + self.twice + self.half + self.other == 0
    }

    /// The head of the table.
    pub fn head() -> &'static str {
        "| Suite | Rounds | Acknowledged | Unknown | Lost | Twice | Half | Other | 95 % bound | Seconds | Seed |\n\
         | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |"
    }

    /// Its row. Where nothing was lost in K rounds, fewer than 3/K of rounds lose something, with 95 %.
    pub fn row(&self) -> String {
        let bound = if self.is_clean() { format!("3/{}", self.rounds) } else { "–".to_owned() };
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {bound} | {} | {} |",
            self.suite,
            self.rounds,
            self.acknowledged,
            self.unknown,
            self.lost,
            self.twice,
            self.half,
            self.other,
            self.seconds,
            self.seed,
        )
    }

    /// Its line of JSON.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn line(&self) -> crate::Outcome<String> {
        Ok(serde_json::to_string(self)?)
    }
}
