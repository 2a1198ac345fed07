//! What happened to a record, from whatever tells of it: an event of the feed, an entry of a lead's history, a note. One
//! fact that is told twice is one fact.

pub(crate) mod kinds;
mod meta;

use bson::oid::ObjectId;
use crm_domain::activity::{ActivityType, EntityKind};
use crm_domain::ids::{ActivityId, UserId};
use crm_domain::meta::Meta;
use crm_domain::text;
use crm_domain::timestamp::Timestamp;
use std::time::Duration;

use crate::ids::{self, Thing};
use crate::mend::{cut, without_controls};
use crate::people::People;
use crate::report::Item;
use crate::source::activity::NodeActivity;
use crate::source::lead::NodeHistoryEntry;

/// Something that happened to a record.
pub(crate) struct Fact {
    /// The event's id here.
    pub(crate) id: ActivityId,
    /// The id that it would have if only one of two tellings were there.
    pub(crate) also: Option<ActivityId>,
    pub(crate) kind: ActivityType,
    pub(crate) at: Timestamp,
    pub(crate) by: Option<ObjectId>,
    pub(crate) message: Option<String>,
    pub(crate) meta: Meta,
    /// Whose the lead was before and after, where that is told.
    pub(crate) hands: Option<Hands>,
    /// Which customer the lead became, where that is told.
    pub(crate) customer: Option<ObjectId>,
    /// What tells of it.
    pub(crate) items: Vec<Item>,
}

/// A lead changed hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hands {
    pub(crate) from: Option<UserId>,
    pub(crate) to: Option<UserId>,
}

/// The most characters of a message.
const LONGEST_MESSAGE: usize = 1_000;

/// How far apart the two tellings of one fact may be. The old backend wrote the one right after the other.
pub(crate) const APART: Duration = Duration::from_secs(10);

impl Fact {
    /// What an event of the feed tells of a record of this kind.
    pub(crate) fn of_activity(kind: EntityKind, activity: NodeActivity, people: &People) -> Self {
        let NodeActivity { mut item, id, kind: name, actor, message, meta, created_at, .. } = activity;
        let kind = kinds::of_activity(&mut item, kind, name.as_deref());
        told_actor(&mut item, actor, people);
        let message = message_of(&mut item, message.as_deref());
        let at = created_at.unwrap_or_else(|| {
            item.field("createdAt", None, "is missing and was taken from the id");
            seconds_of(id)
        });
        let told = meta::read(kind, meta.as_ref(), message.as_deref(), people);
        Self {
            id: ids::event(Thing::Activity, id),
            also: None,
            kind,
            at,
            by: actor,
            message,
            meta: told.meta,
            hands: told.hands,
            customer: told.customer,
            items: vec![item],
        }
    }

    /// What an entry of a lead's history tells. Without a moment it is as old as the lead.
    pub(crate) fn of_entry(entry: NodeHistoryEntry, lead_made: Timestamp, people: &People) -> Self {
        let NodeHistoryEntry { mut item, id, action, at, by, meta } = entry;
        let kind = kinds::of_action(&mut item, action.as_deref());
        told_actor(&mut item, by, people);
        let at = at.unwrap_or_else(|| {
            item.field("at", None, "is missing and was taken from the lead");
            lead_made
        });
        let told = meta::read(kind, meta.as_ref(), None, people);
        Self {
            id: ids::event(Thing::HistoryEntry, id),
            also: None,
            kind,
            at,
            by,
            message: None,
            meta: told.meta,
            hands: told.hands,
            customer: told.customer,
            items: vec![item],
        }
    }

    /// The fact as both tell it: the feed's words, and what the other knows beside.
    fn with(mut self, other: Self) -> Self {
        self.also = Some(other.id);
        self.by = self.by.or(other.by);
        self.message = self.message.or(other.message);
        if self.meta.is_empty() {
            self.meta = other.meta;
        }
        self.hands = self.hands.or(other.hands);
        self.customer = self.customer.or(other.customer);
        self.items.extend(other.items);
        self
    }
}

/// Puts two tellings of the same facts together: what the feed says, and what stands with the record. Each of the one
/// goes with at most one of the other, in the order of time; what has no counterpart stays alone.
pub(crate) fn paired(
    mut feed: Vec<Fact>,
    mut own: Vec<Fact>,
    is_same: fn(&Fact, &Fact) -> bool,
) -> Vec<Fact> {
    feed.sort_by_key(|fact| (fact.at, fact.id));
    own.sort_by_key(|fact| (fact.at, fact.id));
    let mut waiting: Vec<Option<Fact>> = feed.into_iter().map(Some).collect();
    let mut facts = Vec::with_capacity(waiting.len());
    for fact in own {
        let counterpart = waiting
            .iter_mut()
            .find(|candidate| candidate.as_ref().is_some_and(|candidate| is_same(candidate, &fact)))
            .and_then(Option::take);
        facts.push(match counterpart {
            Some(counterpart) => counterpart.with(fact),
            None => fact,
        });
    }
    facts.extend(waiting.into_iter().flatten());
    facts
}

/// Whether an event of the feed and an entry of a lead's history tell the same.
pub(crate) fn is_same_entry(event: &Fact, entry: &Fact) -> bool {
    // A lead is made once, whatever the clocks say.
    if event.kind == ActivityType::LeadCreated && entry.kind == ActivityType::LeadCreated {
        return true;
    }
    kinds::is_same(event.kind, entry.kind) && is_same_moment(event, entry)
}

/// Whether an event of the feed tells of this note.
pub(crate) fn is_same_note(event: &Fact, note: &Fact) -> bool {
    event.kind == ActivityType::CustomerNoteAdded && is_same_moment(event, note)
}

fn is_same_moment(one: &Fact, other: &Fact) -> bool {
    let apart = one.at.since(other.at).max(other.at.since(one.at));
    let one_actor = one.by.is_none() || other.by.is_none() || one.by == other.by;
    apart <= APART && one_actor
}

fn told_actor(item: &mut Item, by: Option<ObjectId>, people: &People) {
    match by {
        None => item.remark("says nobody who did it; it is told as the system's"),
        Some(by) if people.account(by).is_none() => {
            item.remark(format!("was done by user {}, who is not there any more", by.to_hex()));
        }
        Some(_) => {}
    }
}

fn message_of(item: &mut Item, raw: Option<&str>) -> Option<String> {
    let raw = raw.filter(|raw| !text::is_blank(raw))?;
    let clean = text::nfc(&without_controls(raw));
    let message = cut(&clean, LONGEST_MESSAGE);
    if message.len() < clean.len() {
        item.field("message", Some(raw), format!("was cut to {LONGEST_MESSAGE} characters"));
    }
    Some(message)
}

/// The moment that an ObjectId was made.
pub(crate) fn seconds_of(id: ObjectId) -> Timestamp {
    Timestamp::from_millis(id.timestamp().timestamp_millis()).unwrap_or(Timestamp::MIN)
}
