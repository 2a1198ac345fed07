//! Which indexes answer a list of leads.

use bson::{Bson, Document, doc};
use crm_app::error::StoreError;
use crm_app::query::leads::{Archived, LeadFilter, LeadQuery, LeadSort};
use crm_domain::access::scope::OwnerRange;

use crate::documents::{date, owner};
use crate::list::{Counting, Listing, To, Walk, Way};
use crate::reader::Reader;
use crate::schema::Index;
use crate::{search, tallies};

const LEADS: &str = "leads";

/// The list in its own order: everybody's or one owner's, of any or of given statuses.
const BY_UPDATE: &str = "leads_by_update";
const BY_OWNER: &str = "leads_by_owner";
const BY_STATUS: &str = "leads_by_status";
const BY_OWNER_STATUS: &str = "leads_by_owner_status";
/// The list sorted by creation; created in a stretch of time.
const BY_CREATION: &str = "leads_by_creation";
/// The list sorted by name.
const BY_NAME: &str = "leads_by_name";
/// From a source, with a tag, with a piece of text; the last begins with what narrows nearly every search.
const BY_SOURCE: &str = "leads_by_source";
const BY_TAG: &str = "leads_by_tag";
const BY_PIECE: &str = "leads_by_owner_piece";

pub(crate) const INDEXES: &[Index] = &[
    Index::on(LEADS, BY_UPDATE, &["archived", "updated_at", "_id"]),
    Index::on(LEADS, BY_OWNER, &["owner", "archived", "updated_at", "_id"]),
    Index::on(LEADS, BY_STATUS, &["status", "archived", "updated_at", "_id"]),
    Index::on(LEADS, BY_OWNER_STATUS, &["owner", "status", "archived", "updated_at", "_id"]),
    Index::on(LEADS, BY_CREATION, &["created_at", "_id"]),
    Index::on(LEADS, BY_NAME, &["keys.name", "_id"]),
    Index::on(LEADS, BY_SOURCE, &["keys.source"]),
    Index::on(LEADS, BY_TAG, &["keys.tags"]),
    Index::on(LEADS, BY_PIECE, &["owner", "archived", search::PIECES]),
];

/// What answers this query.
pub(crate) async fn of(
    reader: &mut Reader,
    range: OwnerRange,
    query: &LeadQuery,
) -> Result<Listing, StoreError> {
    let filter = &query.filter;
    let tallied = tallies::leads(reader, range, &filter.statuses, archived(filter)).await?;
    let counted = counted_walk(range, filter, tallied);
    let ways = ways(range, filter, &counted, tallied);
    let filters = [counted_filters(range, filter), other_filters(filter)].concat();
    let (walk, residual) = match query.sort.by {
        LeadSort::UpdatedAt => (counted, other_filters(filter)),
        LeadSort::CreatedAt => {
            let window = created(filter);
            let walk = Walk { window, ..walk(BY_CREATION, "created_at", tallied) };
            let others = other_filters(filter).into_iter().filter(|one| !one.contains_key("created_at"));
            (walk, counted_filters(range, filter).into_iter().chain(others).collect())
        }
        LeadSort::Name => (walk(BY_NAME, "keys.name", tallied), filters.clone()),
    };
    Ok(Listing {
        collection: LEADS,
        walk,
        residual,
        filters,
        ways,
        total: if filter.is_tallied() { Counting::Known(tallied) } else { Counting::Count },
        direction: query.sort.direction,
        start: query.start.clone(),
        limit: query.limit,
    })
}

/// The walk in the order of change, over what owner, status and archived leave.
fn counted_walk(range: OwnerRange, filter: &LeadFilter, tallied: u64) -> Walk {
    let owner = owner_of(range);
    let index = match (owner.is_some(), filter.statuses.is_empty()) {
        (false, true) => BY_UPDATE,
        (false, false) => BY_STATUS,
        (true, true) => BY_OWNER,
        (true, false) => BY_OWNER_STATUS,
    };
    let statuses: Vec<Option<Bson>> = if filter.statuses.is_empty() {
        vec![None]
    } else {
        filter.statuses.iter().map(|status| Some(Bson::from(status.as_str()))).collect()
    };
    let flags = match archived(filter) {
        Some(flag) => vec![flag],
        None => vec![false, true],
    };
    let mut arms = Vec::new();
    for status in &statuses {
        for flag in &flags {
            let mut arm = Document::new();
            arm.extend(owner.clone().map(|owner| ("owner".to_owned(), owner)));
            arm.extend(status.clone().map(|status| ("status".to_owned(), status)));
            arm.insert("archived", *flag);
            arms.push(arm);
        }
    }
    let arms = if tallied == 0 { Vec::new() } else { arms };
    Walk { index, key: "updated_at", arms, window: None }
}

/// A walk over all leads; over none if there are none to be found.
fn walk(index: &'static str, key: &'static str, tallied: u64) -> Walk {
    let arms = if tallied == 0 { Vec::new() } else { vec![Document::new()] };
    Walk { index, key, arms, window: None }
}

fn ways(range: OwnerRange, filter: &LeadFilter, counted: &Walk, tallied: u64) -> Vec<Way> {
    let values = |index, values: Document| Way { index, to: To::Values(vec![values]), known: None };
    let mut ways =
        vec![Way { index: counted.index, to: To::Values(counted.arms.clone()), known: Some(tallied) }];
    if let Some(query) = &filter.search {
        let mut scope = owner_of(range).map_or_else(search::of_everybody, |owner| doc! { "owner": owner });
        scope.insert("archived", archived(filter).map_or(doc! { "$in": [false, true] }.into(), Bson::from));
        let parts = search::parts(query.terms());
        ways.push(Way { index: BY_PIECE, to: To::Rarest { parts, scope }, known: None });
    }
    ways.extend(filter.tag.iter().map(|tag| values(BY_TAG, doc! { "keys.tags": tag })));
    ways.extend(filter.source.iter().map(|source| values(BY_SOURCE, doc! { "keys.source": source })));
    ways.extend(created(filter).map(|created| values(BY_CREATION, created)));
    ways
}

/// What the counters count apart.
fn counted_filters(range: OwnerRange, filter: &LeadFilter) -> Vec<Document> {
    let mut conditions: Vec<Document> =
        owner_of(range).into_iter().map(|owner| doc! { "owner": owner }).collect();
    if !filter.statuses.is_empty() {
        let names: Vec<&str> = filter.statuses.iter().map(|status| status.as_str()).collect();
        conditions.push(doc! { "status": { "$in": names } });
    }
    conditions.extend(archived(filter).map(|flag| doc! { "archived": flag }));
    conditions
}

/// What they do not.
fn other_filters(filter: &LeadFilter) -> Vec<Document> {
    let mut conditions: Vec<Document> = created(filter).into_iter().collect();
    conditions.extend(filter.source.iter().map(|source| doc! { "keys.source": source }));
    conditions.extend(filter.tag.iter().map(|tag| doc! { "keys.tags": tag }));
    conditions.extend(filter.search.iter().flat_map(search::all_occur));
    conditions
}

fn created(filter: &LeadFilter) -> Option<Document> {
    let mut window = Document::new();
    window.extend(filter.created_from.map(|from| ("$gte".to_owned(), Bson::from(date(from)))));
    window.extend(filter.created_before.map(|before| ("$lt".to_owned(), Bson::from(date(before)))));
    (!window.is_empty()).then(|| doc! { "created_at": window })
}

fn owner_of(range: OwnerRange) -> Option<Bson> {
    match range {
        OwnerRange::Empty | OwnerRange::Everyone => None,
        OwnerRange::Nobody => Some(owner::write(None)),
        OwnerRange::User(user) => Some(owner::write(Some(user))),
    }
}

fn archived(filter: &LeadFilter) -> Option<bool> {
    match filter.archived {
        Archived::No => Some(false),
        Archived::Yes => Some(true),
        Archived::All => None,
    }
}
