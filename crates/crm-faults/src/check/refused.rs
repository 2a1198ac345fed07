//! Nothing is there that was refused.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::finding::{Finding, Kind};
use crate::ledger::{Answer, Ledger};
use crate::state::State;

/// Every mark of a refused request that is in a record, a note or an event.
pub fn findings(ledger: &Ledger, state: &State) -> Vec<Finding> {
    let refused: BTreeMap<&str, &str> = ledger
        .entries
        .iter()
        .filter_map(|entry| match &entry.answer {
            Answer::Refused(why) => Some((entry.deed.mark()?, why.as_str())),
            Answer::Acknowledged(_) | Answer::Unknown => None,
        })
        .collect();
    let mut findings = Vec::new();
    let mut look = |value: &Value| {
        each_text(value, &mut |text| {
            if let Some(why) = refused.get(text) {
                findings.push(Finding::new(Kind::Refused, format!("{text}, which was refused: {why}")));
            }
        });
    };
    state.records.values().for_each(&mut look);
    state.notes.values().flatten().for_each(&mut look);
    state.events.iter().for_each(|event| look(&event.meta));
    findings
}

fn each_text(value: &Value, look: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, look)),
        Value::Object(members) => members.values().for_each(|member| each_text(member, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
