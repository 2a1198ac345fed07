//! Which indexes answer a page of the audit log.

use crm_app::paging::Direction;
use crm_app::query::audits::{AuditFilter, AuditQuery};
use crm_domain::access::scope::Reach;
use crm_domain::ids::UserId;

use crate::list::condition::{Condition, Window};
use crate::list::{Columns, Counting, Listing, Walk, Way, without};
use crate::rows::key;

const COLUMNS: Columns = Columns { key: "audit.at", id: "audit.id", n: "audit.sequence" };
const KIND: &str = "audit.kind = ?";
const OWN: &str = "audit.subject = ? AND audit.subject IS NOT NULL";
const SUBJECT: &str = "audit.subject = ?";
const ACTOR: &str = "audit.actor = ?";
const ADDRESS: &str = "audit.address = ?";
const FROM: &str = "audit.at >= ?";
const BEFORE: &str = "audit.at < ?";

const BY_MOMENT: &str = "audit INDEXED BY audit_by_moment";
const BY_KIND: &str = "audit INDEXED BY audit_by_kind";
const BY_SUBJECT: &str = "audit INDEXED BY audit_by_subject";
const BY_ACTOR: &str = "audit INDEXED BY audit_by_actor";
const BY_ADDRESS: &str = "audit INDEXED BY audit_by_address";

/// What answers this query.
pub(crate) fn of(reach: Reach, query: &AuditQuery) -> Listing {
    let filter = &query.filter;
    let kinds: Vec<Vec<Condition>> = filter.kinds.iter().map(|kind| vec![of_kind(kind.as_str())]).collect();
    let asked = singles(reach, filter);
    // The index that begins with what is likely to leave the least; the others are asked of each entry.
    let (from, arms) = match asked.first() {
        Some((index, first)) => (*index, vec![vec![first.clone()]]),
        None if kinds.is_empty() => (BY_MOMENT, vec![Vec::new()]),
        None => (BY_KIND, kinds.clone()),
    };
    let mut residual: Vec<Condition> = asked.iter().skip(1).map(|(_, condition)| condition.clone()).collect();
    if !asked.is_empty() && !kinds.is_empty() {
        residual.push(any_kind(filter));
    }
    let window = Window {
        from: filter.from.map(crm_domain::timestamp::Timestamp::millis),
        before: filter.before.map(crm_domain::timestamp::Timestamp::millis),
    };
    let ways = if residual.is_empty() { Vec::new() } else { ways(&asked, filter, &window) };
    Listing {
        walk: Walk { from, columns: COLUMNS, arms, window: Some(window) },
        residual,
        columns: COLUMNS,
        ways,
        total: Counting::Count,
        direction: Direction::Descending,
        start: query.start.clone(),
        limit: query.limit,
    }
}

/// The filters that ask for one value, each with its index.
fn singles(reach: Reach, filter: &AuditFilter) -> Vec<(&'static str, Condition)> {
    let mut asked = Vec::new();
    if let Reach::OwnedBy(user) = reach {
        asked.push((BY_SUBJECT, Condition::one(OWN, key(user).to_vec())));
    }
    let id = |user: UserId| key(user).to_vec();
    asked.extend(filter.subject.map(|user| (BY_SUBJECT, Condition::one(SUBJECT, id(user)))));
    asked.extend(filter.address.clone().map(|address| (BY_ADDRESS, Condition::one(ADDRESS, address))));
    asked.extend(filter.actor.map(|user| (BY_ACTOR, Condition::one(ACTOR, id(user)))));
    asked
}

/// The ways to what one of the filters leaves.
fn ways(asked: &[(&'static str, Condition)], filter: &AuditFilter, window: &Window) -> Vec<Way> {
    let mut all: Vec<Condition> = asked.iter().map(|(_, condition)| condition.clone()).collect();
    all.extend(window.from.map(|from| Condition::one(FROM, from)));
    all.extend(window.before.map(|before| Condition::one(BEFORE, before)));
    let kinds = (!filter.kinds.is_empty()).then(|| any_kind(filter));
    let of = |(index, condition): &(&'static str, Condition)| {
        let mut rest = without(&all, condition.sql);
        rest.extend(kinds.clone());
        Way::new(index, vec![vec![condition.clone()]], &rest)
    };
    let mut ways: Vec<Way> = asked.iter().map(of).collect();
    if !filter.kinds.is_empty() {
        let arms = filter.kinds.iter().map(|kind| vec![of_kind(kind.as_str())]).collect();
        ways.push(Way::new(BY_KIND, arms, &all));
    }
    ways
}

fn of_kind(name: &str) -> Condition {
    Condition::one(KIND, name.to_owned())
}

/// Of any of the kinds asked for. There are few, and the text of a condition is fixed: their names come as one list.
fn any_kind(filter: &AuditFilter) -> Condition {
    const ANY: &str = "instr(?, ',' || audit.kind || ',') > 0";
    let names: Vec<&str> = filter.kinds.iter().map(|kind| kind.as_str()).collect();
    Condition::one(ANY, format!(",{},", names.join(",")))
}
