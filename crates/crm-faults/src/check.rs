//! What was written down against what is there.
//!
//! - [`accounts`]: what was acknowledged has its events, and every event was asked for: acknowledged ⊆ state ⊆
//!   acknowledged ∪ unknown, and nothing twice. What belongs together is there together or not at all.
//! - [`records`]: each record has its events and each event its record; versions and values follow one another.
//! - [`notes`]: the notes of a customer are those that its events tell of.
//! - [`refused`]: nothing is there that was refused.

pub mod accounts;
pub mod notes;
pub mod records;
pub mod refused;

use std::collections::BTreeSet;

use crate::finding::{Finding, Kind};
use crate::ledger::Ledger;
use crate::state::State;

/// What was there before anything was written down.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    events: BTreeSet<String>,
}

impl Baseline {
    /// Whatever is there now.
    pub fn of(state: &State) -> Self {
        Self { events: state.events.iter().map(|event| event.id.clone()).collect() }
    }

    /// Whether this event was there.
    pub fn has_event(&self, id: &str) -> bool {
        self.events.contains(id)
    }
}

/// Everything that is wrong.
pub fn findings(baseline: &Baseline, ledger: &Ledger, state: &State) -> Vec<Finding> {
    let mut findings = ledger.findings.clone();
    let ids: BTreeSet<&str> = state.events.iter().map(|event| event.id.as_str()).collect();
    if ids.len() != state.events.len() {
        findings.push(Finding::new(Kind::Chain, "an event is in the feed more than once"));
    }
    let repeated = |id| Finding::new(Kind::Chain, format!("{id} is in its list more than once"));
    findings.extend(state.repeated.iter().map(repeated));
    findings.extend(
        baseline
            .events
            .iter()
            .filter(|id| !ids.contains(id.as_str()))
            .map(|id| Finding::new(Kind::Lost, format!("event {id}, which was there before"))),
    );
    findings.extend(accounts::findings(baseline, ledger, state));
    findings.extend(records::findings(baseline, ledger, state));
    findings.extend(notes::findings(ledger, state));
    findings.extend(refused::findings(ledger, state));
    findings
}

#[cfg(test)]
mod tests;
