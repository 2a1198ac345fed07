//! A log that somebody without the key has meddled with: each way of it is tried many times, and each time it is found.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use super::super::verdict::{Damage, DamageKind, Inspection};
use super::super::{AuditActor, AuditKind, Details};
use super::*;
use crate::ids::{AuditId, SessionId, UserId};
use crate::timestamp::Timestamp;

/// How often each way of meddling is tried.
const TRIES: u32 = 256;

fn key() -> AuditKey {
    AuditKey::derive(b"a secret of the tests")
}

fn event(number: u64) -> AuditEvent {
    let details = [("reason", "wrong password"), ("route", "/api/auth/login")];
    AuditEvent {
        id: AuditId::from_uuid(Uuid::from_u128(u128::from(number) << 64 | 7)),
        at: Timestamp::from_millis(1_000 * i64::try_from(number).unwrap()).unwrap(),
        kind: AuditKind::SignInFailed,
        actor: Some(AuditActor { id: Some(UserId::from_uuid(Uuid::from_u128(1))), name: "Ada".to_owned() }),
        subject: Some(UserId::from_uuid(Uuid::from_u128(2))),
        session: Some(SessionId::from_uuid(Uuid::from_u128(3))),
        address: Some("192.0.2.7".to_owned()),
        request_id: Some("r-1".to_owned()),
        count: 1,
        details: details.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
    }
}

/// A log whose first entries were pruned.
#[derive(Debug, Clone)]
struct Log {
    entries: Vec<AuditEntry>,
    head: AuditHead,
}

fn log(pruned: u64, length: u64) -> Log {
    let key = key();
    let events: Vec<AuditEvent> = (1..=pruned + length).map(event).collect();
    let (mut entries, last) = key.chain(Mark::START, &events);
    let kept = entries.split_off(usize::try_from(pruned).unwrap());
    let anchor = entries.last().map_or(Mark::START, |gone| Mark { sequence: gone.sequence, seal: gone.seal });
    Log { entries: kept, head: key.head(anchor, last) }
}

fn inspect(log: &Log, noted: Option<Mark>) -> Result<Mark, Damage> {
    let key = key();
    let mut inspection = Inspection::begin(&key, &log.head, noted)?;
    for entry in &log.entries {
        inspection.step(entry)?;
    }
    inspection.end(&log.head)?;
    Ok(inspection.reached())
}

/// Tries a way of meddling on logs of every shape, and counts how often it was found.
fn each_time(meddle: impl Fn(&mut Log, usize, usize) -> (u64, Vec<DamageKind>)) {
    let mut runner = TestRunner::new(Config { cases: TRIES, ..Config::default() });
    let (mut tried, mut found) = (0, 0);
    let shapes = (0_u64..4, 3_u64..20, any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let result = std::cell::RefCell::new((&mut tried, &mut found));
    runner
        .run(&shapes, |(pruned, length, one, other)| {
            let mut log = log(pruned, length);
            let (one, other) = (one.index(log.entries.len()), other.index(log.entries.len()));
            let (at, kinds) = meddle(&mut log, one, other);
            let verdict = inspect(&log, None);
            let mut counts = result.borrow_mut();
            *counts.0 += 1;
            match verdict {
                Err(damage) if damage.sequence == at && kinds.contains(&damage.kind) => *counts.1 += 1,
                other => prop_assert!(false, "{other:?}, not {kinds:?} at {at}"),
            }
            Ok(())
        })
        .unwrap();
    assert_eq!((tried, found), (TRIES, TRIES));
}

#[test]
fn a_log_that_nobody_touched_is_whole() {
    for (pruned, length) in [(0, 0), (0, 1), (3, 0), (3, 5)] {
        let log = log(pruned, length);
        assert_eq!(inspect(&log, None), Ok(log.head.last));
        assert_eq!(inspect(&log, Some(log.head.last)), Ok(log.head.last));
    }
}

#[test]
fn every_field_of_every_entry_is_held_by_its_seal() {
    let edits: [fn(&mut AuditEntry); 17] = [
        |entry| entry.event.id = AuditId::from_uuid(Uuid::from_u128(9)),
        |entry| entry.event.at = entry.event.at.plus(std::time::Duration::from_millis(1)),
        |entry| entry.event.kind = AuditKind::SignInOk,
        |entry| entry.event.actor = None,
        |entry| entry.event.actor.as_mut().unwrap().id = None,
        |entry| entry.event.actor.as_mut().unwrap().name.push('x'),
        |entry| entry.event.subject = None,
        |entry| entry.event.subject = entry.event.actor.as_ref().unwrap().id,
        |entry| entry.event.session = None,
        |entry| entry.event.address = None,
        |entry| entry.event.address = Some("192.0.2.8".to_owned()),
        |entry| entry.event.request_id = None,
        |entry| entry.event.count = 2,
        |entry| entry.event.details = Details::new(),
        |entry| entry.event.details.insert("reason".to_owned(), "x".to_owned()).map(drop).unwrap(),
        |entry| {
            // The same texts with their borders moved.
            entry.event.details.remove("reason");
            entry.event.details.insert("reasonwrong".to_owned(), " password".to_owned());
        },
        |entry| entry.seal.0[31] ^= 1,
    ];
    for edit in edits {
        each_time(|log, one, _| {
            edit(&mut log.entries[one]);
            (log.entries[one].sequence, vec![DamageKind::Altered])
        });
    }
}

#[test]
fn an_entry_that_is_taken_out_is_missed() {
    each_time(|log, one, _| {
        let gone = log.entries.remove(one).sequence;
        let kind = if one == log.entries.len() { DamageKind::CutOff } else { DamageKind::Removed };
        (gone, vec![kind])
    });
}

#[test]
fn an_entry_that_is_taken_out_is_missed_also_if_the_others_close_the_gap() {
    each_time(|log, one, _| {
        let gone = log.entries.remove(one).sequence;
        for entry in &mut log.entries[one..] {
            entry.sequence -= 1;
        }
        let kind = if one == log.entries.len() { DamageKind::CutOff } else { DamageKind::Altered };
        (gone, vec![kind])
    });
}

#[test]
fn an_entry_that_is_put_in_is_found() {
    each_time(|log, one, other| {
        let copy = log.entries[other].clone();
        let sequence = log.entries[one].sequence;
        log.entries.insert(one, AuditEntry { sequence, ..copy });
        for entry in &mut log.entries[one + 1..] {
            entry.sequence += 1;
        }
        // A copy of the entry that stood there is that entry; it is the next one that does not fit.
        let at = if one == other { sequence + 1 } else { sequence };
        (at, vec![DamageKind::Altered])
    });
    each_time(|log, one, _| {
        let twice = log.entries[one].clone();
        log.entries.insert(one, twice);
        (log.entries[one].sequence, vec![DamageKind::Doubled])
    });
    each_time(|log, one, _| {
        let sequence = log.head.last.sequence + 1;
        let copy = log.entries[one].clone();
        log.entries.push(AuditEntry { sequence, ..copy });
        (sequence, vec![DamageKind::Altered])
    });
}

#[test]
fn two_entries_that_change_places_are_found() {
    each_time(|log, one, other| {
        let last = log.entries.len() - 1;
        let (one, other) = if one == other { (0, last) } else { (one.min(other), one.max(other)) };
        let (first, second) = (log.entries[one].sequence, log.entries[other].sequence);
        log.entries.swap(one, other);
        log.entries[one].sequence = first;
        log.entries[other].sequence = second;
        (first, vec![DamageKind::Altered])
    });
}

#[test]
fn an_end_that_is_cut_off_is_missed() {
    each_time(|log, one, _| {
        log.entries.truncate(one);
        (log.head.anchor.sequence + 1 + one as u64, vec![DamageKind::CutOff])
    });
}

#[test]
fn a_beginning_that_is_cut_off_is_missed() {
    each_time(|log, one, _| {
        let first = log.entries[0].sequence;
        log.entries.drain(..=one);
        let kind = if log.entries.is_empty() { DamageKind::CutOff } else { DamageKind::Removed };
        (first, vec![kind])
    });
}

#[test]
fn a_head_that_is_made_to_fit_is_found() {
    // The end is cut off, and the head made to name the new end.
    each_time(|log, one, _| {
        log.entries.truncate(one);
        let last = log
            .entries
            .last()
            .map_or(log.head.anchor, |entry| Mark { sequence: entry.sequence, seal: entry.seal });
        log.head.last = last;
        (last.sequence, vec![DamageKind::HeadAltered])
    });
    // The beginning is cut off, as if it had been pruned.
    each_time(|log, one, _| {
        let gone = log.entries.drain(..=one).next_back().unwrap();
        log.head.anchor = Mark { sequence: gone.sequence, seal: gone.seal };
        (log.head.last.sequence, vec![DamageKind::HeadAltered])
    });
}

#[test]
fn whoever_has_another_key_cannot_make_the_log_anew() {
    let forger = AuditKey::derive(b"a secret of somebody else's");
    each_time(|log, one, _| {
        let events: Vec<AuditEvent> = log.entries.iter().map(|entry| entry.event.clone()).collect();
        let (entries, _) = forger.chain(log.head.anchor, &events[..=one]);
        let first = entries[0].sequence;
        log.entries.splice(..=one, entries);
        (first, vec![DamageKind::Altered])
    });
    let genuine = log(2, 5);
    let events: Vec<AuditEvent> = genuine.entries.iter().map(|entry| entry.event.clone()).collect();
    let (entries, last) = forger.chain(genuine.head.anchor, &events);
    let anew = Log { entries, head: forger.head(genuine.head.anchor, last) };
    let damage = inspect(&anew, None).unwrap_err();
    assert_eq!((damage.sequence, damage.kind), (3, DamageKind::Altered));
    let emptied = Log { entries: Vec::new(), head: forger.head(last, last) };
    assert_eq!(inspect(&emptied, None).unwrap_err().kind, DamageKind::HeadAltered);
}

#[test]
fn a_log_goes_on_from_its_head() {
    let key = key();
    let (entries, head) = key.follow(None, None, None, &[event(1), event(2)]);
    assert_eq!(inspect(&Log { entries: entries.clone(), head }, None), Ok(head.last));
    let (more, longer) = key.follow(Some(head), Some(head.last), None, &[event(3)]);
    let whole = Log { entries: [entries.clone(), more.clone()].concat(), head: longer };
    assert_eq!(inspect(&whole, None), Ok(longer.last));
    let first = Mark { sequence: 1, seal: entries[0].seal };
    let (last, pruned) = key.follow(Some(longer), Some(longer.last), Some(first), &[event(4)]);
    let rest = Log { entries: [&entries[1..], &more, &last].concat(), head: pruned };
    assert_eq!(inspect(&rest, None), Ok(pruned.last));
    let (begun, emptied) = key.follow(Some(pruned), Some(pruned.last), Some(pruned.last), &[event(5)]);
    assert_eq!(inspect(&Log { entries: begun, head: emptied }, None), Ok(emptied.last));
}

#[test]
fn a_log_that_goes_on_does_not_hide_what_was_done_to_it() {
    let key = key();
    let meddled: [(&str, fn(&mut Log)); 5] = [
        ("the end cut off", |log| log.entries.truncate(2)),
        ("the end cut off and named", |log| {
            log.entries.truncate(2);
            log.head.last = Mark { sequence: 2, seal: log.entries[1].seal };
        }),
        ("one added", |log| {
            let copy = log.entries[0].clone();
            log.entries.push(AuditEntry { sequence: 6, ..copy });
        }),
        ("everything cut off", |log| log.entries.clear()),
        ("the last one altered", |log| log.entries[4].seal = Seal([7; 32])),
    ];
    for (what, meddle) in meddled {
        let mut log = log(0, 5);
        meddle(&mut log);
        let mut head = log.head;
        for number in 10..13 {
            let newest = log.entries.last().map(|entry| Mark { sequence: entry.sequence, seal: entry.seal });
            let (more, next) = key.follow(Some(head), newest, None, &[event(number)]);
            log.entries.extend(more);
            (head, log.head) = (next, next);
        }
        assert!(inspect(&log, None).is_err(), "{what}");
    }
    // The head is taken away, with or without entries.
    let mut headless = log(0, 5);
    let newest = headless.entries.last().map(|entry| Mark { sequence: entry.sequence, seal: entry.seal });
    let (more, head) = key.follow(None, newest, None, &[event(6)]);
    headless.entries.extend(more);
    assert_eq!(inspect(&Log { head, ..headless }, None).unwrap_err().kind, DamageKind::HeadAltered);
}

#[test]
fn an_older_copy_of_the_whole_is_found_by_a_head_that_was_noted_outside_only() {
    let (older, newer) = (log(0, 4), log(0, 6));
    assert_eq!(inspect(&older, None), Ok(older.head.last), "nothing inside can tell");
    let damage = inspect(&older, Some(newer.head.last)).unwrap_err();
    assert_eq!((damage.sequence, damage.kind), (6, DamageKind::PutBack));
    // Another history of the same length, sealed by the server itself after it was put back.
    let key = key();
    let mut events: Vec<AuditEvent> = (1..=6).map(event).collect();
    events[4].count = 9;
    let (entries, last) = key.chain(Mark::START, &events);
    let other = Log { entries, head: key.head(Mark::START, last) };
    assert_eq!(inspect(&other, None), Ok(last));
    assert_eq!(inspect(&other, Some(newer.head.last)).unwrap_err().kind, DamageKind::PutBack);
    let noted_before = Mark { sequence: 4, seal: newer.entries[3].seal };
    assert_eq!(inspect(&other, Some(noted_before)), Ok(last), "up to there they are one");
}

#[test]
fn what_was_noted_and_pruned_since_is_held_against_the_anchor_only() {
    let log = log(3, 4);
    assert_eq!(inspect(&log, Some(log.head.anchor)), Ok(log.head.last));
    let wrong = Mark { seal: Seal([1; 32]), ..log.head.anchor };
    assert_eq!(inspect(&log, Some(wrong)).unwrap_err().kind, DamageKind::PutBack);
    let long_gone = Mark { sequence: 1, seal: Seal([1; 32]) };
    assert_eq!(inspect(&log, Some(long_gone)), Ok(log.head.last));
}

#[test]
fn a_place_is_written_so_that_it_reads_back() {
    let mark = log(0, 3).head.last;
    assert_eq!(Mark::parse(&mark.to_string()), Some(mark));
    assert!(mark.to_string().starts_with("3:"));
    for text in ["", "3", "3:", "3:00", "x:00", &format!("3:{}", "g".repeat(64)), &format!("{mark}0")] {
        assert_eq!(Mark::parse(text), None, "{text}");
    }
}

#[test]
fn a_key_is_never_shown() {
    assert_eq!(format!("{:?}", key()), "AuditKey(hidden)");
}
