use serde_json::json;

use super::*;
use crate::deed::Deed;
use crate::effect::Kind;
use crate::finding::Kind as Wrong;
use crate::ledger::{Answer, Entry};
use crate::state::Event;

/// A lead that was made and changed, a customer with a note, and who asked for it.
fn whole() -> (Ledger, State) {
    let mut ledger = Ledger::default();
    let lead = |version: u64| json!({ "id": "l", "version": version });
    ask(&mut ledger, Deed::CreateLead { mark: "m1".into() }, Answer::Acknowledged(lead(1)));
    let change = Deed::ChangeLead { lead: "l".into(), mark: "m2".into(), status: "New" };
    ask(&mut ledger, change, Answer::Acknowledged(lead(2)));
    let customer = Answer::Acknowledged(json!({ "id": "c", "version": 1 }));
    ask(&mut ledger, Deed::CreateCustomer { mark: "m3".into() }, customer);
    let note = Answer::Acknowledged(json!({ "note": { "id": "n" } }));
    ask(&mut ledger, Deed::AddNote { customer: "c".into(), mark: "m4".into() }, note);

    let mut state = State::default();
    let lead = json!({ "id": "l", "company": "m1", "source": "m2", "version": 2, "customerId": null });
    state.records.insert((Kind::Lead, "l".into()), lead);
    let customer = json!({ "id": "c", "company": "m3", "notesCount": 1, "version": 2, "leadId": null });
    state.records.insert((Kind::Customer, "c".into()), customer);
    state.notes.insert("c".into(), vec![json!({ "id": "n", "text": "m4" })]);
    tell(&mut state, Kind::Lead, "l", "lead_created", json!({}));
    tell(&mut state, Kind::Lead, "l", "lead_updated", json!({ "source": { "from": "Unknown", "to": "m2" } }));
    tell(&mut state, Kind::Customer, "c", "customer_created", json!({}));
    tell(
        &mut state,
        Kind::Customer,
        "c",
        "customer_note_added",
        json!({ "noteId": { "from": null, "to": "n" } }),
    );
    (ledger, state)
}

fn ask(ledger: &mut Ledger, deed: Deed, answer: Answer) {
    ledger.entries.push(Entry { user: "u".into(), deed, key: None, answer });
}

fn tell(state: &mut State, kind: Kind, record: &str, event: &str, meta: serde_json::Value) {
    let id = format!("e{}", state.events.len());
    let (event, record) = (event.to_owned(), record.to_owned());
    state.events.push(Event { id, event, kind: Some(kind), record, meta });
}

/// The kinds of what is wrong, each once.
fn wrong(ledger: &Ledger, state: &State) -> Vec<Wrong> {
    let kinds = findings(&Baseline::default(), ledger, state).into_iter().map(|finding| finding.kind);
    kinds.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What is found once something was done to a store that is as it should be.
fn after(spoil: impl FnOnce(&mut Ledger, &mut State)) -> Vec<Wrong> {
    let (mut ledger, mut state) = whole();
    spoil(&mut ledger, &mut state);
    wrong(&ledger, &state)
}

#[test]
fn nothing_is_wrong_with_what_was_asked_for_and_is_there() {
    assert_eq!(after(|_, _| {}), []);
}

#[test]
fn what_was_acknowledged_and_is_not_there_is_lost() {
    let gone = after(|_, state| {
        state.records.remove(&(Kind::Lead, "l".into()));
        state.events.retain(|event| event.record != "l");
    });
    assert_eq!(gone, [Wrong::Lost]);
    let unchanged = after(|_, state| {
        state.events.remove(1);
        state.records.insert((Kind::Lead, "l".into()), json!({ "id": "l", "company": "m1", "version": 1 }));
    });
    assert_eq!(unchanged, [Wrong::Lost]);
    let other_text = after(|_, state| state.notes.get_mut("c").unwrap()[0]["text"] = json!("m0"));
    assert_eq!(other_text, [Wrong::Lost]);
}

#[test]
fn what_is_there_twice_or_was_asked_for_by_nobody_is_found() {
    let twice = after(|_, state| {
        tell(state, Kind::Lead, "l", "lead_updated", json!({ "source": { "from": "m2", "to": "m2" } }));
        state.records.get_mut(&(Kind::Lead, "l".into())).unwrap()["version"] = json!(3);
    });
    assert_eq!(twice, [Wrong::Twice]);
    let nobodys = after(|ledger, _| drop(ledger.entries.remove(2)));
    assert_eq!(nobodys, [Wrong::Twice]);
}

#[test]
fn what_nobody_knows_of_may_be_there_or_not_but_not_by_halves() {
    let convert = |ledger: &mut Ledger| ask(ledger, Deed::Convert { lead: "l".into() }, Answer::Unknown);
    let customer = |state: &mut State| {
        let customer = json!({ "id": "k", "company": "m1", "notesCount": 0, "version": 1, "leadId": "l" });
        state.records.insert((Kind::Customer, "k".into()), customer);
        tell(
            state,
            Kind::Customer,
            "k",
            "customer_created",
            json!({ "leadId": { "from": null, "to": "l" } }),
        );
    };
    let lead = |state: &mut State| {
        tell(state, Kind::Lead, "l", "lead_converted", json!({}));
        let lead = state.records.get_mut(&(Kind::Lead, "l".into())).unwrap();
        lead["version"] = json!(3);
        lead["customerId"] = json!("k");
    };
    assert_eq!(after(|ledger, _| convert(ledger)), []);
    let done = after(|ledger, state| {
        convert(ledger);
        customer(state);
        lead(state);
    });
    assert_eq!(done, []);
    let half = after(|ledger, state| {
        convert(ledger);
        customer(state);
    });
    assert_eq!(half, [Wrong::Half]);
}

#[test]
fn what_was_refused_and_is_there_is_found() {
    let refused = Answer::Refused("412".into());
    let refuse = |ledger: &mut Ledger, mark: &str| {
        let deed = Deed::ChangeOutdated { lead: "l".into(), mark: mark.into() };
        ask(ledger, deed, refused.clone());
    };
    assert_eq!(after(|ledger, _| refuse(ledger, "m9")), []);
    assert_eq!(after(|ledger, _| refuse(ledger, "m2")), [Wrong::Refused]);
}

#[test]
fn versions_and_values_that_do_not_follow_one_another_are_found() {
    let gap =
        after(|_, state| state.records.get_mut(&(Kind::Lead, "l".into())).unwrap()["version"] = json!(3));
    assert_eq!(gap, [Wrong::Chain]);
    let value =
        after(|_, state| state.records.get_mut(&(Kind::Lead, "l".into())).unwrap()["source"] = json!("m5"));
    assert_eq!(value, [Wrong::Chain]);
    let shared = after(|ledger, _| {
        ledger.entries[1].answer = Answer::Acknowledged(json!({ "id": "l", "version": 1 }));
    });
    assert_eq!(shared, [Wrong::Chain]);
}

#[test]
fn what_belongs_together_and_is_there_alone_is_half() {
    let no_note = after(|_, state| drop(state.notes.remove("c")));
    assert_eq!(no_note, [Wrong::Half]);
    let no_event = after(|_, state| {
        state.records.insert((Kind::Task, "t".into()), json!({ "id": "t", "version": 0 }));
    });
    assert_eq!(no_event, [Wrong::Half]);
}
