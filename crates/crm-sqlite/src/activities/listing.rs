//! Which indexes answer a stretch of the feed.
//!
//! Who sees everything walks the index that fits a filter best, or that of all events; everybody else walks what is
//! theirs.

use crm_app::paging::Direction;
use crm_app::query::activities::{ActivityFilter, ActivityQuery};
use crm_domain::access::scope::Reach;
use crm_domain::ids::UserId;

use crate::list::condition::Condition;
use crate::list::{Columns, Counting, Listing, Walk, Way, without};
use crate::rows::{codes, key};

const ENTITY_KIND: &str = "activity.entity_kind = ?";
const ENTITY: &str = "activity.entity_id = ?";
const ACTOR: &str = "activity.actor = ?";
const KIND: &str = "activity.kind = ?";
const AUDIENCE: &str = "EXISTS (SELECT 1 FROM activity_audience \
     WHERE activity_audience.user = ? AND activity_audience.at = activity.at AND activity_audience.id = activity.id)";
const OWN: &str = "activity_audience.user = ?";

const OWN_EVENTS: &str = "activity_audience CROSS JOIN activity ON activity.n = activity_audience.activity";
const COLUMNS: Columns = Columns { key: "activity.at", id: "activity.id", n: "activity.n" };
const OWN_COLUMNS: Columns =
    Columns { key: "activity_audience.at", id: "activity_audience.id", n: "activity_audience.activity" };

/// Whether a few pages of the file answer this query: an index has all that is asked for, in the feed's order.
pub(crate) fn is_glance(query: &ActivityQuery) -> bool {
    filters(&query.filter).is_empty() && query.start.is_near()
}

/// What answers this query.
pub(crate) fn of(reach: Reach, query: &ActivityQuery) -> Listing {
    let asked = filters(&query.filter);
    let (walk, residual, ways) = match reach {
        Reach::Everything => {
            let (from, arm) = widest(&query.filter);
            let residual = asked.iter().filter(|condition| !arm.contains(condition)).cloned().collect();
            let ways = ways(None, &query.filter, &asked);
            (Walk { from, columns: COLUMNS, arms: vec![arm], window: None }, residual, ways)
        }
        Reach::OwnedBy(user) => {
            let from = if asked.is_empty() { "activity_audience" } else { OWN_EVENTS };
            let arm = vec![Condition::one(OWN, key(user).to_vec())];
            let seen = Condition::one(AUDIENCE, key(user).to_vec());
            let walk = Walk { from, columns: OWN_COLUMNS, arms: vec![arm], window: None };
            let all = [asked.clone(), vec![seen]].concat();
            (walk, asked, ways(Some(user), &query.filter, &all))
        }
    };
    Listing {
        walk,
        residual,
        columns: COLUMNS,
        ways,
        total: Counting::Spare,
        direction: Direction::Descending,
        start: query.start.clone(),
        limit: query.limit,
    }
}

/// The index in the feed's order that leaves the least to ask.
fn widest(filter: &ActivityFilter) -> (&'static str, Vec<Condition>) {
    if let Some(kind) = kind(filter) {
        ("activity INDEXED BY activity_by_kind", vec![kind])
    } else if let Some(actor) = actor(filter) {
        ("activity INDEXED BY activity_by_actor", vec![actor])
    } else if let Some(kind) = entity_kind(filter) {
        ("activity INDEXED BY activity_by_entity_kind", vec![kind])
    } else {
        ("activity INDEXED BY activity_by_moment", Vec::new())
    }
}

/// The ways to what satisfies all conditions, of which `seen_by` is the user who must have seen it.
fn ways(seen_by: Option<UserId>, filter: &ActivityFilter, all: &[Condition]) -> Vec<Way> {
    let events = |index, asked: Condition| {
        let rest = without(all, asked.sql);
        Way::new(index, vec![vec![asked]], &rest)
    };
    let entity = entity(filter).map(|asked| events("activity INDEXED BY activity_by_entity", asked));
    let kind = kind(filter).map(|asked| events("activity INDEXED BY activity_by_kind", asked));
    let actor = actor(filter).map(|asked| events("activity INDEXED BY activity_by_actor", asked));
    let own = seen_by.map(|user| {
        let arm = vec![Condition::one(OWN, key(user).to_vec())];
        Way::joined("activity_audience", OWN_EVENTS, arm, &without(all, AUDIENCE))
    });
    entity.into_iter().chain(own).chain(kind).chain(actor).collect()
}

fn filters(filter: &ActivityFilter) -> Vec<Condition> {
    let all = [entity(filter), entity_kind(filter), actor(filter), kind(filter)];
    all.into_iter().flatten().collect()
}

fn entity(filter: &ActivityFilter) -> Option<Condition> {
    filter.entity_id.map(|id| Condition::one(ENTITY, id.into_bytes().to_vec()))
}

fn entity_kind(filter: &ActivityFilter) -> Option<Condition> {
    filter.entity_kind.map(|kind| Condition::one(ENTITY_KIND, codes::entity_kind(kind)))
}

fn actor(filter: &ActivityFilter) -> Option<Condition> {
    filter.actor.map(|actor| Condition::one(ACTOR, key(actor).to_vec()))
}

fn kind(filter: &ActivityFilter) -> Option<Condition> {
    filter.kind.map(|kind| Condition::one(KIND, kind.as_str().to_owned()))
}
