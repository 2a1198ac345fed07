//! Which indexes answer a page of the audit log.

use bson::{Document, doc};
use crm_app::paging::Direction;
use crm_app::query::audits::{AuditFilter, AuditQuery};
use crm_domain::access::scope::Reach;

use crate::documents::{date, id};
use crate::list::{Counting, Listing, To, Walk, Way};
use crate::schema::Index;

/// The entries.
pub(crate) const AUDITS: &str = "audits";
/// The head.
pub(crate) const HEAD: &str = "audit_head";

/// The log in the order in which it is sealed.
pub(crate) const BY_SEQUENCE: &str = "audits_by_sequence";
/// The log, newest first: all of it, of one kind, about one account, done by one user, from one address.
const BY_MOMENT: &str = "audits_by_moment";
const BY_KIND: &str = "audits_by_kind";
const BY_SUBJECT: &str = "audits_by_subject";
const BY_ACTOR: &str = "audits_by_actor";
const BY_ADDRESS: &str = "audits_by_address";

pub(crate) const INDEXES: &[Index] = &[
    Index::on(AUDITS, BY_SEQUENCE, &["sequence"]).unique(),
    Index::on(AUDITS, BY_MOMENT, &["at", "_id"]),
    Index::on(AUDITS, BY_KIND, &["kind", "at", "_id"]),
    Index::on(AUDITS, BY_SUBJECT, &["subject", "at", "_id"]),
    Index::on(AUDITS, BY_ACTOR, &["actor", "at", "_id"]),
    Index::on(AUDITS, BY_ADDRESS, &["address", "at", "_id"]),
];

/// What answers this query.
pub(crate) fn of(reach: Reach, query: &AuditQuery) -> Listing {
    let filter = &query.filter;
    let kinds: Vec<Document> = filter.kinds.iter().map(|kind| doc! { "kind": kind.as_str() }).collect();
    let any_kind = (!kinds.is_empty()).then(|| {
        let names: Vec<&str> = filter.kinds.iter().map(|kind| kind.as_str()).collect();
        doc! { "kind": { "$in": names } }
    });
    let asked = singles(reach, filter);
    // The index that begins with what is likely to leave the least; the others are asked of each entry.
    let (index, arms) = match asked.first() {
        Some((index, first)) => (*index, vec![first.clone()]),
        None if kinds.is_empty() => (BY_MOMENT, vec![Document::new()]),
        None => (BY_KIND, kinds.clone()),
    };
    let mut residual: Vec<Document> = asked.iter().skip(1).map(|(_, condition)| condition.clone()).collect();
    if !asked.is_empty() {
        residual.extend(any_kind.clone());
    }
    let window = window(filter);
    let mut filters: Vec<Document> = asked.iter().map(|(_, condition)| condition.clone()).collect();
    filters.extend(any_kind);
    filters.extend(window.clone());
    let way = |index, values| Way { index, to: To::Values(values), known: None };
    let mut ways: Vec<Way> =
        asked.iter().map(|(index, condition)| way(*index, vec![condition.clone()])).collect();
    if !kinds.is_empty() {
        ways.push(way(BY_KIND, kinds));
    }
    Listing {
        collection: AUDITS,
        walk: Walk { index, key: "at", arms, window },
        residual,
        filters,
        ways,
        total: Counting::Count,
        direction: Direction::Descending,
        start: query.start.clone(),
        limit: query.limit,
    }
}

/// The filters that ask for one value, each with its index.
fn singles(reach: Reach, filter: &AuditFilter) -> Vec<(&'static str, Document)> {
    let mut asked = Vec::new();
    if let Reach::OwnedBy(user) = reach {
        asked.push((BY_SUBJECT, doc! { "subject": id(user) }));
    }
    asked.extend(filter.subject.map(|user| (BY_SUBJECT, doc! { "subject": id(user) })));
    asked.extend(filter.address.as_ref().map(|address| (BY_ADDRESS, doc! { "address": address })));
    asked.extend(filter.actor.map(|user| (BY_ACTOR, doc! { "actor": id(user) })));
    asked
}

fn window(filter: &AuditFilter) -> Option<Document> {
    let mut at = Document::new();
    at.extend(filter.from.map(|from| ("$gte".to_owned(), date(from).into())));
    at.extend(filter.before.map(|before| ("$lt".to_owned(), date(before).into())));
    (!at.is_empty()).then(|| doc! { "at": at })
}
