//! Which indexes answer a list of customers.

use crm_app::query::customers::{CustomerFilter, CustomerQuery, CustomerSort};
use crm_domain::access::scope::OwnerRange;
use crm_domain::values::search_query::SearchQuery;

use crate::db::{Db, Outcome};
use crate::list::condition::Condition;
use crate::list::{Columns, Counting, Listing, Walk, Way, without};
use crate::rows::key;
use crate::{search, tallies};

const OWNER: &str = "customer.owner = ?";
const TAG: &str =
    "EXISTS (SELECT 1 FROM customer_tag WHERE customer_tag.tag = ? AND customer_tag.customer = customer.n)";
const SEARCH: &str = "holds(customer.search_key, ?)";

/// Whether a few pages of the file answer this query: its own index is walked, and the counters have its total.
pub(crate) fn is_glance(query: &CustomerQuery) -> bool {
    query.filter.is_tallied() && query.sort.by == CustomerSort::UpdatedAt && query.start.is_near()
}

/// What answers this query.
pub(crate) fn of(db: &Db<'_>, range: OwnerRange, query: &CustomerQuery) -> Outcome<Listing> {
    let filter = &query.filter;
    let tallied = tallies::customers(db, range)?;
    let counted = counted_walk(range, tallied);
    let others = other_filters(filter);
    let all: Vec<Condition> = owner(range).into_iter().chain(others.clone()).collect();
    let counted_way = Way::new(counted.from, counted.arms.clone(), &others);
    let mut ways = vec![Way { known: Some(tallied), ..counted_way }];
    ways.extend(other_ways(db, range, filter, &all)?);
    let (walk, residual) = match query.sort.by {
        CustomerSort::UpdatedAt => (counted, others),
        CustomerSort::CreatedAt => {
            (walk("customer INDEXED BY customer_by_creation", "customer.created_at", tallied), all)
        }
        CustomerSort::Name => {
            (walk("customer INDEXED BY customer_by_name", "customer.name_key", tallied), all)
        }
    };
    Ok(Listing {
        columns: Columns { key: walk.columns.key, id: "customer.id", n: "customer.n" },
        walk,
        residual,
        ways,
        total: if filter.is_tallied() { Counting::Known(tallied) } else { Counting::Count },
        direction: query.sort.direction,
        start: query.start.clone(),
        limit: query.limit,
    })
}

/// The walk in the order of change, over one owner's or everybody's.
fn counted_walk(range: OwnerRange, tallied: u64) -> Walk {
    let owner = owner(range);
    let from = match owner {
        Some(_) => "customer INDEXED BY customer_by_owner",
        None => "customer INDEXED BY customer_by_update",
    };
    let mut walk = walk(from, "customer.updated_at", tallied);
    for arm in &mut walk.arms {
        arm.extend(owner.clone());
    }
    walk
}

/// A walk over all customers; over none if there are none to be found.
fn walk(from: &'static str, key: &'static str, tallied: u64) -> Walk {
    Walk {
        from,
        columns: Columns { key, id: "customer.id", n: "customer.n" },
        arms: if tallied == 0 { Vec::new() } else { vec![Vec::new()] },
        window: None,
    }
}

fn other_ways(
    db: &Db<'_>,
    range: OwnerRange,
    filter: &CustomerFilter,
    all: &[Condition],
) -> Outcome<Vec<Way>> {
    let mut ways = Vec::new();
    if let Some(query) = &filter.search {
        let sieve = filter.tag.is_none().then(Vec::new);
        ways.push(search::CUSTOMERS.way(db, query, range, all, sieve, None)?);
    }
    if let Some(tag) = &filter.tag {
        let arm = vec![Condition::one("customer_tag.tag = ?", tag.clone())];
        let from = "customer_tag CROSS JOIN customer ON customer.n = customer_tag.customer";
        ways.push(Way::joined("customer_tag", from, arm, &without(all, TAG)));
    }
    Ok(ways)
}

fn other_filters(filter: &CustomerFilter) -> Vec<Condition> {
    let tag = filter.tag.iter().map(|tag| Condition::one(TAG, tag.clone()));
    let terms = filter.search.iter().flat_map(SearchQuery::terms);
    tag.chain(terms.map(|term| Condition::one(SEARCH, term.as_str().to_owned()))).collect()
}

fn owner(range: OwnerRange) -> Option<Condition> {
    match range {
        OwnerRange::Empty | OwnerRange::Everyone | OwnerRange::Nobody => None,
        OwnerRange::User(user) => Some(Condition::one(OWNER, key(user).to_vec())),
    }
}
