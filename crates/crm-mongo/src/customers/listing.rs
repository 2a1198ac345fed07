//! Which indexes answer a list of customers.

use bson::{Document, doc};
use crm_app::error::StoreError;
use crm_app::query::customers::{CustomerFilter, CustomerQuery, CustomerSort};
use crm_domain::access::scope::OwnerRange;

use crate::documents::id;
use crate::list::{Counting, Listing, To, Walk, Way};
use crate::reader::Reader;
use crate::schema::Index;
use crate::{search, tallies};

const CUSTOMERS: &str = "customers";

/// The list in its own order: everybody's or one owner's.
const BY_UPDATE: &str = "customers_by_update";
const BY_OWNER: &str = "customers_by_owner";
/// The list in its other orders.
const BY_CREATION: &str = "customers_by_creation";
const BY_NAME: &str = "customers_by_name";
/// With a tag, with a piece of text; the last begins with what narrows the searches of agents.
const BY_TAG: &str = "customers_by_tag";
const BY_PIECE: &str = "customers_by_owner_piece";

pub(crate) const INDEXES: &[Index] = &[
    Index::on(CUSTOMERS, BY_UPDATE, &["updated_at", "_id"]),
    Index::on(CUSTOMERS, BY_OWNER, &["owner", "updated_at", "_id"]),
    Index::on(CUSTOMERS, BY_CREATION, &["created_at", "_id"]),
    Index::on(CUSTOMERS, BY_NAME, &["keys.name", "_id"]),
    Index::on(CUSTOMERS, BY_TAG, &["keys.tags"]),
    Index::on(CUSTOMERS, BY_PIECE, &["owner", search::PIECES]),
];

/// What answers this query.
pub(crate) async fn of(
    reader: &mut Reader,
    range: OwnerRange,
    query: &CustomerQuery,
) -> Result<Listing, StoreError> {
    let filter = &query.filter;
    let tallied = tallies::customers(reader, range).await?;
    let owner = owner_of(range);
    let index = if owner.is_some() { BY_OWNER } else { BY_UPDATE };
    let counted = walk(index, "updated_at", owner.clone().unwrap_or_default(), tallied);
    let ways = ways(range, filter, &counted, tallied);
    let others = other_filters(filter);
    let filters: Vec<Document> = owner.into_iter().chain(others.iter().cloned()).collect();
    let everybody = |index, key| walk(index, key, Document::new(), tallied);
    let (walk, residual) = match query.sort.by {
        CustomerSort::UpdatedAt => (counted, others),
        CustomerSort::CreatedAt => (everybody(BY_CREATION, "created_at"), filters.clone()),
        CustomerSort::Name => (everybody(BY_NAME, "keys.name"), filters.clone()),
    };
    Ok(Listing {
        collection: CUSTOMERS,
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

/// A walk over what the arm leaves; over nothing if there is nothing to be found.
fn walk(index: &'static str, key: &'static str, arm: Document, tallied: u64) -> Walk {
    Walk { index, key, arms: if tallied == 0 { Vec::new() } else { vec![arm] }, window: None }
}

fn ways(range: OwnerRange, filter: &CustomerFilter, counted: &Walk, tallied: u64) -> Vec<Way> {
    let mut ways =
        vec![Way { index: counted.index, to: To::Values(counted.arms.clone()), known: Some(tallied) }];
    if let Some(query) = &filter.search {
        let parts = search::parts(query.terms());
        let scope = owner_of(range).unwrap_or_else(search::of_everybody);
        ways.push(Way { index: BY_PIECE, to: To::Rarest { parts, scope }, known: None });
    }
    if let Some(tag) = &filter.tag {
        ways.push(Way { index: BY_TAG, to: To::Values(vec![doc! { "keys.tags": tag }]), known: None });
    }
    ways
}

fn other_filters(filter: &CustomerFilter) -> Vec<Document> {
    let tag = filter.tag.iter().map(|tag| doc! { "keys.tags": tag });
    tag.chain(filter.search.iter().flat_map(search::all_occur)).collect()
}

fn owner_of(range: OwnerRange) -> Option<Document> {
    match range {
        OwnerRange::Empty | OwnerRange::Everyone | OwnerRange::Nobody => None,
        OwnerRange::User(user) => Some(doc! { "owner": id(user) }),
    }
}
