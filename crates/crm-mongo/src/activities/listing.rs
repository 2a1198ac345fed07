//! Which indexes answer a stretch of the feed.
//!
//! Who sees everything walks the index that fits a filter best, or that of all events; everybody else walks what is
//! theirs.

use bson::{Document, doc};
use crm_app::paging::Direction;
use crm_app::query::activities::{ActivityFilter, ActivityQuery};
use crm_domain::access::scope::Reach;

use crate::documents::{id, uuid};
use crate::list::{Counting, Listing, To, Walk, Way};
use crate::schema::Index;

const ACTIVITIES: &str = "activities";

/// Whether a commit is known.
pub(crate) const BY_COMMIT: &str = "activities_by_commit";
/// A record's history; one event for each version.
pub(crate) const BY_ENTITY: &str = "activities_by_entity";
/// The feed of those who see everything.
const BY_MOMENT: &str = "activities_by_moment";
/// The same, of one type, about one kind of record, or caused by one user. New events stand at the end of each.
const BY_KIND: &str = "activities_by_kind";
const BY_ENTITY_KIND: &str = "activities_by_entity_kind";
const BY_ACTOR: &str = "activities_by_actor";
/// The feed of those who see what concerns them.
const BY_AUDIENCE: &str = "activities_by_audience";

pub(crate) const INDEXES: &[Index] = &[
    Index::on(ACTIVITIES, BY_COMMIT, &["commit", "ordinal"]).unique(),
    Index::on(ACTIVITIES, BY_ENTITY, &["entity_id", "entity_kind", "entity_version"]).unique(),
    Index::on(ACTIVITIES, BY_MOMENT, &["at", "_id"]),
    Index::on(ACTIVITIES, BY_KIND, &["kind", "at", "_id"]),
    Index::on(ACTIVITIES, BY_ENTITY_KIND, &["entity_kind", "at", "_id"]),
    Index::on(ACTIVITIES, BY_ACTOR, &["actor.id", "at", "_id"]),
    Index::on(ACTIVITIES, BY_AUDIENCE, &["audience", "at", "_id"]),
];

/// What answers this query.
pub(crate) fn of(reach: Reach, query: &ActivityQuery) -> Listing {
    let filter = &query.filter;
    let asked = filters(filter);
    let (index, arm) = match reach {
        Reach::Everything => widest(filter),
        Reach::OwnedBy(user) => (BY_AUDIENCE, doc! { "audience": id(user) }),
    };
    let residual = asked.iter().filter(|condition| **condition != arm).cloned().collect();
    let filters = match reach {
        Reach::Everything => asked,
        Reach::OwnedBy(_) => [asked, vec![arm.clone()]].concat(),
    };
    Listing {
        collection: ACTIVITIES,
        walk: Walk { index, key: "at", arms: vec![arm], window: None },
        residual,
        filters,
        ways: ways(reach, filter),
        total: Counting::Spare,
        direction: Direction::Descending,
        start: query.start.clone(),
        limit: query.limit,
    }
}

/// The index in the feed's order that leaves the least to ask.
fn widest(filter: &ActivityFilter) -> (&'static str, Document) {
    if let Some(kind) = kind(filter) {
        (BY_KIND, kind)
    } else if let Some(actor) = actor(filter) {
        (BY_ACTOR, actor)
    } else if let Some(kind) = entity_kind(filter) {
        (BY_ENTITY_KIND, kind)
    } else {
        (BY_MOMENT, Document::new())
    }
}

fn ways(reach: Reach, filter: &ActivityFilter) -> Vec<Way> {
    let way = |index, values| Way { index, to: To::Values(vec![values]), known: None };
    let own = match reach {
        Reach::Everything => None,
        Reach::OwnedBy(user) => Some(way(BY_AUDIENCE, doc! { "audience": id(user) })),
    };
    let entity = entity(filter).map(|entity| way(BY_ENTITY, entity));
    let kind = kind(filter).map(|kind| way(BY_KIND, kind));
    let actor = actor(filter).map(|actor| way(BY_ACTOR, actor));
    entity.into_iter().chain(own).chain(kind).chain(actor).collect()
}

fn filters(filter: &ActivityFilter) -> Vec<Document> {
    let all = [entity(filter), entity_kind(filter), actor(filter), kind(filter)];
    all.into_iter().flatten().collect()
}

fn entity(filter: &ActivityFilter) -> Option<Document> {
    filter.entity_id.map(|id| doc! { "entity_id": uuid(id) })
}

fn entity_kind(filter: &ActivityFilter) -> Option<Document> {
    filter.entity_kind.map(|kind| doc! { "entity_kind": kind.as_str() })
}

fn actor(filter: &ActivityFilter) -> Option<Document> {
    filter.actor.map(|actor| doc! { "actor.id": id(actor) })
}

fn kind(filter: &ActivityFilter) -> Option<Document> {
    filter.kind.map(|kind| doc! { "kind": kind.as_str() })
}
