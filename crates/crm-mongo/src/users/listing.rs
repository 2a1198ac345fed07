//! Which indexes answer a list of users. There are never so many that filters need indexes of their own.

use bson::{Document, doc};
use crm_app::query::users::{UserFilter, UserQuery, UserSort};
use crm_domain::access::scope::Reach;

use crate::documents::id;
use crate::list::{Counting, Listing, To, Walk, Way};
use crate::schema::Index;
use crate::search;

const USERS: &str = "users";

/// Sign-in; the list sorted by email.
pub(crate) const BY_EMAIL: &str = "users_by_email";
/// The list in its other orders, and with any filter.
const BY_CREATION: &str = "users_by_creation";
const BY_NAME: &str = "users_by_name";
/// Another admin than this one.
pub(crate) const BY_ROLE: &str = "users_by_role";

pub(crate) const INDEXES: &[Index] = &[
    Index::on(USERS, BY_EMAIL, &["email"]).unique(),
    Index::on(USERS, BY_CREATION, &["created_at", "_id"]),
    Index::on(USERS, BY_NAME, &["keys.name", "_id"]),
    Index::on(USERS, BY_ROLE, &["role", "active", "_id"]),
];

/// What answers this query.
pub(crate) fn of(reach: Reach, query: &UserQuery) -> Listing {
    let (index, key) = match query.sort.by {
        UserSort::CreatedAt => (BY_CREATION, "created_at"),
        UserSort::Name => (BY_NAME, "keys.name"),
        UserSort::Email => (BY_EMAIL, "email"),
    };
    let filters = filters(reach, &query.filter);
    let (index_of_way, values, known) = match reach {
        Reach::Everything => (BY_CREATION, Document::new(), None),
        Reach::OwnedBy(user) => ("_id_", doc! { "_id": id(user) }, Some(1)),
    };
    Listing {
        collection: USERS,
        walk: Walk { index, key, arms: vec![Document::new()], window: None },
        residual: filters.clone(),
        filters,
        ways: vec![Way { index: index_of_way, to: To::Values(vec![values]), known }],
        total: Counting::Count,
        direction: query.sort.direction,
        start: query.start.clone(),
        limit: query.limit,
    }
}

fn filters(reach: Reach, filter: &UserFilter) -> Vec<Document> {
    let mut conditions = match reach {
        Reach::Everything => Vec::new(),
        Reach::OwnedBy(user) => vec![doc! { "_id": id(user) }],
    };
    conditions.extend(filter.role.map(|role| doc! { "role": role.as_str() }));
    conditions.extend(filter.active.map(|active| doc! { "active": active }));
    conditions.extend(filter.search.iter().flat_map(search::all_occur));
    conditions
}
