//! A record's facts in the order of its versions: each is the event of one version, the first is that it was made.

use bson::oid::ObjectId;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::ids::{ActivityId, UserId};
use crm_domain::meta::Meta;
use crm_domain::timestamp::Timestamp;
use crm_domain::version::Version;

use crate::facts::{Fact, kinds};
use crate::ids::{self, Thing};
use crate::people::People;
use crate::report::Item;

/// What the events are about.
pub(crate) struct Subject<'a> {
    pub(crate) old: ObjectId,
    pub(crate) entity: EntityRef,
    pub(crate) name: &'a str,
    /// Whose it is now; a user is nobody's.
    pub(crate) owner: Option<UserId>,
    pub(crate) created_at: Timestamp,
    /// Who made it, and what is to be said of that, if no fact tells it.
    pub(crate) maker: Option<ObjectId>,
    pub(crate) made: Meta,
}

/// The events, one for each version from the first, and what told of them.
pub(crate) fn told(subject: &Subject<'_>, facts: Vec<Fact>, people: &People) -> (Vec<Activity>, Vec<Item>) {
    let facts = in_order(subject, facts);
    let owners = owners(subject.owner, &facts);
    let mut items = Vec::new();
    let mut version = Version::new(0);
    let events = facts
        .into_iter()
        .zip(owners)
        .map(|(fact, (before, after))| {
            version = version.next();
            items.extend(fact.items);
            let actor = people.actor(fact.by);
            let by = fact.by.and_then(|by| people.account(by));
            let mut audience: Vec<UserId> = Vec::new();
            for user in [by, before, after].into_iter().flatten() {
                if !audience.contains(&user) {
                    audience.push(user);
                }
            }
            Activity {
                id: fact.id,
                kind: fact.kind,
                actor,
                entity: subject.entity,
                entity_version: version,
                message: fact.message.unwrap_or_else(|| message(subject, fact.kind)),
                meta: fact.meta,
                at: fact.at,
                audience,
            }
        })
        .collect();
    (events, items)
}

/// Whether a fact is here already, from an earlier import.
pub(crate) fn is_known(fact: &Fact, known: impl Fn(ActivityId) -> bool) -> bool {
    known(fact.id) || fact.also.is_some_and(known)
}

/// By time; that the record was made comes first in any case, and is told once.
fn in_order(subject: &Subject<'_>, mut facts: Vec<Fact>) -> Vec<Fact> {
    let kind = subject.entity.kind();
    let created = kinds::created(kind);
    facts.sort_by_key(|fact| (fact.at, fact.id));
    let told = facts.iter().position(|fact| fact.kind == created);
    let mut first = match told {
        Some(place) => facts.remove(place),
        None => Fact {
            id: ids::event(Thing::Creation(kind), subject.old),
            also: None,
            kind: created,
            at: subject.created_at,
            by: subject.maker,
            message: None,
            meta: subject.made.clone(),
            hands: None,
            customer: None,
            items: Vec::new(),
        },
    };
    if let Some(second) = facts.first() {
        first.at = first.at.min(second.at);
    }
    for again in facts.iter_mut().filter(|fact| fact.kind == created) {
        again.kind = kinds::updated(kind);
        for item in &mut again.items {
            item.remark(format!("tells a second time that it was made; became {:?}", again.kind.as_str()));
        }
    }
    let mut ordered = vec![first];
    ordered.append(&mut facts);
    ordered
}

/// For each fact, whose the record was just before and just after: backwards from whose it is now, over every fact that
/// says how it changed hands. When it was made it had been nobody's.
fn owners(now: Option<UserId>, facts: &[Fact]) -> Vec<(Option<UserId>, Option<UserId>)> {
    let mut after = now;
    let mut owners: Vec<_> = facts
        .iter()
        .rev()
        .map(|fact| {
            let before = fact.hands.map_or(after, |hands| hands.from);
            (before, std::mem::replace(&mut after, before))
        })
        .collect();
    owners.reverse();
    if let Some(first) = owners.first_mut() {
        first.0 = None;
    }
    owners
}

fn message(subject: &Subject<'_>, kind: ActivityType) -> String {
    format!("{} {:?} {}", subject.entity.kind().as_str(), subject.name, kind.action().replace('_', " "))
}
