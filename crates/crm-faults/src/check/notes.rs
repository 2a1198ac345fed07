//! The notes of customers against their events and against what was asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::client::text;
use crate::deed::Deed;
use crate::effect::Kind;
use crate::finding::{Finding, Kind as Wrong};
use crate::ledger::{Answer, Ledger};
use crate::state::State;

/// What is wrong with notes.
pub fn findings(ledger: &Ledger, state: &State) -> Vec<Finding> {
    let mut findings = told(state);
    let there: BTreeMap<String, String> =
        state.notes.values().flatten().map(|note| (text(&note["id"]), text(&note["text"]))).collect();
    for (note, texts) in asked(ledger) {
        if let Some(now) = there.get(note)
            && !texts.contains(&now.as_str())
        {
            let what = format!("note {note} says {now}, and should say one of {texts:?}");
            findings.push(Finding::new(Wrong::Lost, what));
        }
    }
    findings
}

/// A customer has the notes that its events say were added and not deleted, and counts them.
fn told(state: &State) -> Vec<Finding> {
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for event in state.events.iter().filter(|event| event.kind == Some(Kind::Customer)) {
        let side = match event.event.as_str() {
            "customer_note_added" => "to",
            "customer_note_deleted" => "from",
            _ => continue,
        };
        let Some(note) = event.meta["noteId"][side].as_str() else { continue };
        let notes = wanted.entry(&event.record).or_default();
        if side == "to" {
            notes.insert(note);
        } else {
            notes.remove(note);
        }
    }
    let mut findings = Vec::new();
    for ((kind, id), record) in &state.records {
        if *kind != Kind::Customer {
            continue;
        }
        let notes = state.notes.get(id).map(Vec::as_slice).unwrap_or_default();
        let there: BTreeSet<&str> = notes.iter().filter_map(|note| note["id"].as_str()).collect();
        let wanted = wanted.get(id.as_str()).cloned().unwrap_or_default();
        if there != wanted || notes.len() != wanted.len() {
            let what = format!("customer {id} has notes {there:?}, and its events tell of {wanted:?}");
            findings.push(Finding::new(Wrong::Half, what));
        }
        if record["notesCount"].as_u64() != u64::try_from(notes.len()).ok() {
            let what = format!("customer {id} counts {} notes and has {}", record["notesCount"], notes.len());
            findings.push(Finding::new(Wrong::Half, what));
        }
    }
    findings
}

/// What each note may say: what the last request that was done said, or one after it that nobody knows of.
fn asked(ledger: &Ledger) -> BTreeMap<&str, Vec<&str>> {
    let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in &ledger.entries {
        match (&entry.deed, &entry.answer) {
            (Deed::AddNote { mark, .. }, Answer::Acknowledged(body)) => {
                if let Some(note) = body["note"]["id"].as_str() {
                    texts.insert(note, vec![mark]);
                }
            }
            (Deed::EditNote { note, mark, .. }, Answer::Acknowledged(_)) => {
                texts.insert(note, vec![mark]);
            }
            (Deed::EditNote { note, mark, .. }, Answer::Unknown) => {
                texts.entry(note).or_default().push(mark);
            }
            (_, Answer::Acknowledged(_) | Answer::Unknown | Answer::Refused(_)) => {}
        }
    }
    texts
}
