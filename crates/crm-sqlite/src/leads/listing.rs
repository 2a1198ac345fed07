//! Which indexes answer a list of leads.

use crm_app::query::leads::{Archived, LeadFilter, LeadQuery, LeadSort};
use crm_domain::access::scope::OwnerRange;
use crm_domain::lead::LeadStatus;
use crm_domain::timestamp::Timestamp;
use crm_domain::values::search_query::SearchQuery;
use rusqlite::types::Value;

use crate::db::{Db, Outcome};
use crate::list::condition::{Condition, Window};
use crate::list::{Columns, Counting, Listing, Walk, Way, without};
use crate::rows::{codes, key};
use crate::{search, tallies};

const OWNER: &str = "lead.owner IS ?";
const ARCHIVED: &str = "lead.archived = ?";
const STATUS: &str = "lead.status = ?";
const STATUSES: [&str; 3] = ["lead.status IN (?)", "lead.status IN (?, ?)", "lead.status IN (?, ?, ?)"];
const SOURCE: &str = "lead.source_key = ?";
const TAG: &str = "EXISTS (SELECT 1 FROM lead_tag WHERE lead_tag.tag = ? AND lead_tag.lead = lead.n)";
const FROM: &str = "lead.created_at >= ?";
const BEFORE: &str = "lead.created_at < ?";
const SEARCH: &str = "holds(lead.search_key, ?)";
/// Of what the search index finds, whether it is archived.
const PUT_AWAY: &str = "EXISTS (SELECT 1 FROM lead AS put_away INDEXED BY lead_put_away \
     WHERE put_away.archived = 1 AND put_away.n = lead_search.rowid)";
const NOT_PUT_AWAY: &str = "NOT EXISTS (SELECT 1 FROM lead AS put_away INDEXED BY lead_put_away \
     WHERE put_away.archived = 1 AND put_away.n = lead_search.rowid)";

/// Whether a few pages of the file answer this query: its own index is walked, and the counters have its total.
pub(crate) fn is_glance(query: &LeadQuery) -> bool {
    query.filter.is_tallied() && query.sort.by == LeadSort::UpdatedAt && query.start.is_near()
}

/// What answers this query.
pub(crate) fn of(db: &Db<'_>, range: OwnerRange, query: &LeadQuery) -> Outcome<Listing> {
    let filter = &query.filter;
    let tallied = tallies::leads(db, range, &filter.statuses, archived(filter))?;
    let counted = counted_walk(range, filter, tallied);
    let ways = ways(db, range, filter, &counted, tallied)?;
    let created = Window {
        from: filter.created_from.map(Timestamp::millis),
        before: filter.created_before.map(Timestamp::millis),
    };
    let (walk, residual) = match query.sort.by {
        LeadSort::UpdatedAt => (counted, other_filters(filter)),
        LeadSort::CreatedAt => {
            let walk = walk("lead INDEXED BY lead_by_creation", "lead.created_at", tallied, Some(created));
            let others = without(&without(&other_filters(filter), FROM), BEFORE);
            (walk, [counted_filters(range, filter), others].concat())
        }
        LeadSort::Name => {
            let walk = walk("lead INDEXED BY lead_by_name", "lead.name_key", tallied, None);
            (walk, [counted_filters(range, filter), other_filters(filter)].concat())
        }
    };
    Ok(Listing {
        columns: Columns { key: walk.columns.key, id: "lead.id", n: "lead.n" },
        walk,
        residual,
        ways,
        total: if filter.is_tallied() { Counting::Known(tallied) } else { Counting::Count },
        direction: query.sort.direction,
        start: query.start.clone(),
        limit: query.limit,
    })
}

/// The walk in the order of change, over what owner, status and archived leave.
fn counted_walk(range: OwnerRange, filter: &LeadFilter, tallied: u64) -> Walk {
    let owner = owner(range);
    let from = match (owner.is_some(), filter.statuses.is_empty()) {
        (false, true) => "lead INDEXED BY lead_by_update",
        (false, false) => "lead INDEXED BY lead_by_status",
        (true, true) => "lead INDEXED BY lead_by_owner",
        (true, false) => "lead INDEXED BY lead_by_owner_status",
    };
    let statuses: Vec<Option<LeadStatus>> = if filter.statuses.is_empty() {
        vec![None]
    } else {
        filter.statuses.iter().copied().map(Some).collect()
    };
    let flags = flags(filter);
    let arms = statuses.iter().flat_map(|status| {
        let owner = owner.clone();
        flags.iter().map(move |flag| {
            let status = status.map(|status| Condition::one(STATUS, codes::lead_status(status)));
            owner.clone().into_iter().chain(status).chain([Condition::one(ARCHIVED, *flag)]).collect()
        })
    });
    Walk {
        from,
        columns: Columns { key: "lead.updated_at", id: "lead.id", n: "lead.n" },
        arms: if tallied == 0 { Vec::new() } else { arms.collect() },
        window: None,
    }
}

/// A walk over all leads; over none if there are none to be found.
fn walk(from: &'static str, key: &'static str, tallied: u64, window: Option<Window>) -> Walk {
    Walk {
        from,
        columns: Columns { key, id: "lead.id", n: "lead.n" },
        arms: if tallied == 0 { Vec::new() } else { vec![Vec::new()] },
        window,
    }
}

fn ways(
    db: &Db<'_>,
    range: OwnerRange,
    filter: &LeadFilter,
    counted: &Walk,
    tallied: u64,
) -> Outcome<Vec<Way>> {
    let (counts, others) = (counted_filters(range, filter), other_filters(filter));
    let all = [counts, others.clone()].concat();
    let counted = Way::new(counted.from, counted.arms.clone(), &others);
    let mut ways = vec![Way { known: Some(tallied), ..counted }];
    if let Some(query) = &filter.search {
        let is_alone = filter.statuses.is_empty() && others.iter().all(|other| other.sql == SEARCH);
        let sieve = is_alone.then(|| put_away(filter));
        let texts = texts(range, filter, &others).filter(|_| is_alone).map(|way| (way, tallied));
        ways.push(search::LEADS.way(db, query, range, &all, sieve, texts)?);
    }
    if let Some(tag) = &filter.tag {
        let arm = vec![Condition::one("lead_tag.tag = ?", tag.clone())];
        let from = "lead_tag CROSS JOIN lead ON lead.n = lead_tag.lead";
        ways.push(Way::joined("lead_tag", from, arm, &without(&all, TAG)));
    }
    if let Some(source) = &filter.source {
        let arms = vec![vec![Condition::one(SOURCE, source.clone())]];
        ways.push(Way::new("lead INDEXED BY lead_by_source", arms, &without(&all, SOURCE)));
    }
    let created = created(filter);
    if !created.is_empty() {
        let rest = without(&without(&all, FROM), BEFORE);
        ways.push(Way::new("lead INDEXED BY lead_by_creation", vec![created], &rest));
    }
    Ok(ways)
}

/// The way along the texts of all leads of one owner, for a search in these.
fn texts(range: OwnerRange, filter: &LeadFilter, search: &[Condition]) -> Option<Way> {
    let owner = owner(range)?;
    let arms = flags(filter).into_iter().map(|flag| vec![owner.clone(), Condition::one(ARCHIVED, flag)]);
    Some(Way::covered("lead INDEXED BY lead_by_owner_text", "lead.n", arms.collect(), search))
}

/// What the filter asks of whether a lead is archived, where the search index is looked at.
fn put_away(filter: &LeadFilter) -> Vec<Condition> {
    let sql = archived(filter).map(|flag| if flag { PUT_AWAY } else { NOT_PUT_AWAY });
    sql.into_iter().map(|sql| Condition::new(sql, [])).collect()
}

/// What the counters count apart.
fn counted_filters(range: OwnerRange, filter: &LeadFilter) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = owner(range).into_iter().collect();
    if let Some(sql) = filter.statuses.len().checked_sub(1).and_then(|last| STATUSES.get(last)) {
        let codes = filter.statuses.iter().map(|status| Value::from(codes::lead_status(*status)));
        conditions.push(Condition::new(sql, codes));
    }
    conditions.extend(archived(filter).map(|flag| Condition::one(ARCHIVED, flag)));
    conditions
}

/// What they do not.
fn other_filters(filter: &LeadFilter) -> Vec<Condition> {
    let mut conditions = created(filter);
    conditions.extend(filter.source.iter().map(|source| Condition::one(SOURCE, source.clone())));
    conditions.extend(filter.tag.iter().map(|tag| Condition::one(TAG, tag.clone())));
    let terms = filter.search.iter().flat_map(SearchQuery::terms);
    conditions.extend(terms.map(|term| Condition::one(SEARCH, term.as_str().to_owned())));
    conditions
}

fn created(filter: &LeadFilter) -> Vec<Condition> {
    let from = filter.created_from.map(|from| Condition::one(FROM, from.millis()));
    let before = filter.created_before.map(|before| Condition::one(BEFORE, before.millis()));
    from.into_iter().chain(before).collect()
}

fn owner(range: OwnerRange) -> Option<Condition> {
    match range {
        OwnerRange::Empty | OwnerRange::Everyone => None,
        OwnerRange::Nobody => Some(Condition::one(OWNER, Value::Null)),
        OwnerRange::User(user) => Some(Condition::one(OWNER, key(user).to_vec())),
    }
}

/// The values of `archived` that are asked for.
fn flags(filter: &LeadFilter) -> Vec<bool> {
    match archived(filter) {
        Some(flag) => vec![flag],
        None => vec![false, true],
    }
}

fn archived(filter: &LeadFilter) -> Option<bool> {
    match filter.archived {
        Archived::No => Some(false),
        Archived::Yes => Some(true),
        Archived::All => None,
    }
}
