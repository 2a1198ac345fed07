//! Every event against whoever asked for it.

use std::collections::BTreeMap;

use super::Baseline;
use crate::deed::Deed;
use crate::effect::{Effect, Kind, On};
use crate::finding::{Finding, Kind as Wrong};
use crate::ledger::{Answer, Ledger};
use crate::state::{Event, State};

/// What was acknowledged and is not there, what is there and was not asked for, and what is there by halves.
pub fn findings(baseline: &Baseline, ledger: &Ledger, state: &State) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut events = Unclaimed::of(baseline, state);
    let marked = marked(state);
    for entry in &ledger.entries {
        if let Answer::Acknowledged(body) = &entry.answer {
            for effect in entry.deed.effects(Some(body)) {
                if !events.claim(&effect, &marked) {
                    findings.push(Finding::new(Wrong::Lost, format!("{effect} ({:?})", entry.deed)));
                }
            }
            findings.extend(customer_of(&entry.deed, body, state));
        }
    }
    for entry in &ledger.entries {
        if entry.answer == Answer::Unknown {
            let effects = entry.deed.effects(None);
            let mut done = effects.iter().filter(|effect| events.claim(effect, &marked)).count();
            if matches!(entry.deed, Deed::Convert { .. }) && done == 0 {
                // Somebody else converted the lead: nothing was left to do.
                done = effects.len();
            }
            if done != 0 && done != effects.len() {
                let what = format!("{done} of {} events of {:?}", effects.len(), entry.deed);
                findings.push(Finding::new(Wrong::Half, what));
            }
        }
    }
    findings.extend(events.left().map(|event| {
        let (what, record) = (&event.event, &event.record);
        Finding::new(Wrong::Twice, format!("{what} on {record}, which nobody asked for: {}", event.meta))
    }));
    findings
}

/// Events that nobody has claimed yet, by their record.
struct Unclaimed<'a>(BTreeMap<(Kind, String), Vec<&'a Event>>);

impl<'a> Unclaimed<'a> {
    fn of(baseline: &Baseline, state: &'a State) -> Self {
        let mut events: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for event in state.events.iter().filter(|event| !baseline.has_event(&event.id)) {
            if let Some(kind) = event.kind {
                events.entry((kind, event.record.clone())).or_default().push(event);
            }
        }
        Self(events)
    }

    /// Takes the event that tells of the effect, if there is one.
    fn claim(&mut self, effect: &Effect, marked: &Marked<'_>) -> bool {
        let id = match &effect.on {
            On::Id(id) => id.as_str(),
            On::Marked(mark) => match marked.made.get(&(effect.kind, mark.as_str())) {
                Some(id) => id,
                None => return false,
            },
            On::ConvertedFrom(lead) => {
                // Of several, whichever is left.
                let customers = marked.converted.get(lead.as_str()).map(Vec::as_slice).unwrap_or_default();
                return customers.iter().any(|id| self.take(effect, id));
            }
        };
        self.take(effect, id)
    }

    fn take(&mut self, effect: &Effect, id: &str) -> bool {
        let Some(events) = self.0.get_mut(&(effect.kind, id.to_owned())) else { return false };
        let Some(at) = events.iter().position(|event| effect.is_told_by(&event.event, &event.meta)) else {
            return false;
        };
        events.remove(at);
        true
    }

    fn left(&self) -> impl Iterator<Item = &Event> {
        self.0.values().flatten().copied()
    }
}

/// Records whose ids nobody was told.
struct Marked<'a> {
    made: BTreeMap<(Kind, &'a str), &'a str>,
    converted: BTreeMap<&'a str, Vec<&'a str>>,
}

fn marked(state: &State) -> Marked<'_> {
    let mut marked = Marked { made: BTreeMap::new(), converted: BTreeMap::new() };
    for ((kind, id), record) in &state.records {
        let lead = if *kind == Kind::Customer { record["leadId"].as_str() } else { None };
        match (lead, record[kind.marked_in()].as_str()) {
            (Some(lead), _) => marked.converted.entry(lead).or_default().push(id),
            (None, Some(mark)) => drop(marked.made.insert((*kind, mark), id)),
            (None, None) => {}
        }
    }
    marked
}

/// Whoever was told which customer a lead became was told the one that it has.
fn customer_of(deed: &Deed, body: &serde_json::Value, state: &State) -> Option<Finding> {
    let Deed::Convert { lead } = deed else { return None };
    let there = state.record(Kind::Lead, lead).map(|lead| &lead["customerId"]);
    let told = &body["lead"]["customerId"];
    (told.is_null() || there != Some(told)).then(|| {
        Finding::new(Wrong::Lost, format!("lead {lead} became customer {told} and has {there:?} instead"))
    })
}
