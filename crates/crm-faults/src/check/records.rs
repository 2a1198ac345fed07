//! Records against their events, and versions against each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Baseline;
use crate::effect::Kind;
use crate::finding::{Finding, Kind as Wrong};
use crate::ledger::{Answer, Ledger};
use crate::state::{Event, State};

/// Fields whose value events tell in the same words as the record does.
const TOLD: [&str; 10] =
    ["name", "email", "phone", "company", "status", "source", "archived", "title", "description", "priority"];

/// What is wrong with records, their events and their versions.
pub fn findings(baseline: &Baseline, ledger: &Ledger, state: &State) -> Vec<Finding> {
    let mut events: BTreeMap<(Kind, &str), Vec<&Event>> = BTreeMap::new();
    for event in &state.events {
        if let Some(kind) = event.kind {
            events.entry((kind, event.record.as_str())).or_default().push(event);
        }
    }
    let mut findings = Vec::new();
    for ((kind, id), events) in &events {
        let record = state.record(*kind, id);
        findings.extend(whole(*kind, id, events, record));
        if let Some(record) = record {
            let new = events.iter().filter(|event| !baseline.has_event(&event.id)).copied();
            findings.extend(chain(id, new, record));
        }
    }
    for (kind, id) in state.records.keys() {
        if !events.contains_key(&(*kind, id.as_str())) {
            findings.push(Finding::new(Wrong::Half, format!("{} {id} has no events", kind.name())));
        }
    }
    findings.extend(conversions(state));
    findings.extend(versions(ledger, state));
    findings
}

/// A record is there from the event that made it to the one that deleted it, with a version for each.
fn whole(kind: Kind, id: &str, events: &[&Event], record: Option<&Value>) -> Vec<Finding> {
    let count = |wanted: &str| events.iter().filter(|event| event.event == wanted).count();
    let made = count(kind.created());
    let deleted = kind.deleted().map_or(0, count);
    let named = format!("{} {id}", kind.name());
    let mut findings = Vec::new();
    if made != 1 {
        findings.push(Finding::new(Wrong::Chain, format!("{named} was made {made} times")));
    }
    if deleted > 1 {
        findings.push(Finding::new(Wrong::Twice, format!("{named} was deleted {deleted} times")));
    }
    match record {
        None if deleted == 0 => {
            findings.push(Finding::new(Wrong::Lost, format!("{named}, which has events")));
        }
        Some(_) if deleted > 0 => {
            findings.push(Finding::new(Wrong::Half, format!("{named} is there, deleted")));
        }
        Some(record) if record["version"].as_u64() != u64::try_from(events.len()).ok() => {
            let (version, events) = (&record["version"], events.len());
            let what = format!("{named} has version {version} and {events} events");
            findings.push(Finding::new(Wrong::Chain, what));
        }
        None | Some(_) => {}
    }
    findings
}

/// What one event says that a field became is what the next one says that it was, and the last one what it is.
fn chain<'a>(id: &str, events: impl Iterator<Item = &'a Event>, record: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut known: BTreeMap<&str, &Value> = BTreeMap::new();
    for event in events {
        for field in TOLD {
            let Some(change) = event.meta.get(field) else { continue };
            let before = known.insert(field, &change["to"]);
            if before.is_some_and(|before| *before != change["from"]) {
                let what = format!(
                    "{field} of {id} was {} and then {}",
                    before.unwrap_or(&Value::Null),
                    change["from"]
                );
                findings.push(Finding::new(Wrong::Chain, what));
            }
        }
    }
    for (field, last) in known {
        if record[field] != *last {
            let what = format!("{field} of {id} became {last} and is {}", record[field]);
            findings.push(Finding::new(Wrong::Chain, what));
        }
    }
    findings
}

/// A lead has the one customer that says it was that lead.
fn conversions(state: &State) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut customers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for ((kind, id), record) in &state.records {
        if let (Kind::Customer, Some(lead)) = (kind, record["leadId"].as_str()) {
            customers.entry(lead).or_default().push(id);
        }
    }
    for (lead, customers) in &customers {
        let told = state.record(Kind::Lead, lead).and_then(|lead| lead["customerId"].as_str());
        if customers.len() > 1 {
            let what = format!("lead {lead} became {} customers", customers.len());
            findings.push(Finding::new(Wrong::Twice, what));
        } else if told != customers.first().copied() {
            let what = format!("customer {customers:?} was lead {lead}, which has {told:?}");
            findings.push(Finding::new(Wrong::Half, what));
        }
    }
    for ((kind, id), record) in &state.records {
        if let (Kind::Lead, Some(customer)) = (kind, record["customerId"].as_str())
            && !customers.contains_key(id.as_str())
        {
            let what = format!("lead {id} became {customer}, which is not there");
            findings.push(Finding::new(Wrong::Half, what));
        }
    }
    findings
}

/// No two requests got one version of a record, and none got one that the record has not reached.
fn versions(ledger: &Ledger, state: &State) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in &ledger.entries {
        let Answer::Acknowledged(body) = &entry.answer else { continue };
        let Some((kind, id, version)) = entry.deed.version(body) else { continue };
        let now = state.record(kind, &id).and_then(|record| record["version"].as_u64());
        if now.is_some_and(|now| now < version) {
            let what = format!("version {version} of {id}, which has {now:?}");
            findings.push(Finding::new(Wrong::Lost, what));
        }
        let what = format!("version {version} of {} {id} was given to two", kind.name());
        if !seen.insert((kind, id, version)) {
            findings.push(Finding::new(Wrong::Chain, what));
        }
    }
    findings
}
