//! Which indexes answer a list of users. There are never so many that filters need indexes of their own.

use crm_app::query::users::{UserFilter, UserQuery, UserSort};
use crm_domain::access::scope::Reach;
use crm_domain::values::search_query::SearchQuery;

use crate::list::condition::Condition;
use crate::list::{Columns, Counting, Listing, Walk, Way, without};
use crate::rows::{codes, key};

const ID: &str = "user.id = ?";
const ROLE: &str = "user.role = ?";
const ACTIVE: &str = "user.active = ?";
const SEARCH: &str = "holds(user.search_key, ?)";

/// What answers this query.
pub(crate) fn of(reach: Reach, query: &UserQuery) -> Listing {
    let (from, key) = match query.sort.by {
        UserSort::CreatedAt => ("user INDEXED BY user_by_creation", "user.created_at"),
        UserSort::Name => ("user INDEXED BY user_by_name", "user.name_key"),
        UserSort::Email => ("user INDEXED BY user_by_email", "user.email"),
    };
    let columns = Columns { key, id: "user.id", n: "user.n" };
    let filters = filters(reach, &query.filter);
    let way = way(reach, &filters);
    Listing {
        walk: Walk { from, columns, arms: vec![Vec::new()], window: None },
        residual: filters,
        columns,
        ways: vec![way],
        total: Counting::Count,
        direction: query.sort.direction,
        start: query.start.clone(),
        limit: query.limit,
    }
}

fn way(reach: Reach, filters: &[Condition]) -> Way {
    match reach {
        Reach::Everything => Way::new("user INDEXED BY user_by_creation", vec![Vec::new()], filters),
        Reach::OwnedBy(user) => {
            Way::new("user INDEXED BY user_by_id", vec![vec![itself(user)]], &without(filters, ID))
        }
    }
}

fn filters(reach: Reach, filter: &UserFilter) -> Vec<Condition> {
    let mut conditions = match reach {
        Reach::Everything => Vec::new(),
        Reach::OwnedBy(user) => vec![itself(user)],
    };
    conditions.extend(filter.role.map(|role| Condition::one(ROLE, codes::role(role))));
    conditions.extend(filter.active.map(|active| Condition::one(ACTIVE, active)));
    let terms = filter.search.iter().flat_map(SearchQuery::terms);
    conditions.extend(terms.map(|term| Condition::one(SEARCH, term.as_str().to_owned())));
    conditions
}

fn itself(user: crm_domain::ids::UserId) -> Condition {
    Condition::one(ID, key(user).to_vec())
}
