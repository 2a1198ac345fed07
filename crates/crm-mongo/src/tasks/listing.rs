//! Which indexes answer a list of tasks.

use bson::{Bson, Document, doc};
use crm_app::error::StoreError;
use crm_app::query::tasks::{DueWindow, TaskFilter, TaskQuery, TaskSort};
use crm_domain::access::scope::OwnerRange;
use crm_domain::task::TaskStatus;
use crm_domain::timestamp::Timestamp;

use crate::documents::{date, id, uuid};
use crate::list::{Counting, Listing, To, Walk, Way};
use crate::reader::Reader;
use crate::schema::Index;
use crate::{search, tallies};

const TASKS: &str = "tasks";

/// The list in its own order, and what is due in a stretch of time: everybody's or one owner's. For several statuses
/// their walks are merged.
pub(crate) const BY_DUE: &str = "tasks_by_due";
pub(crate) const BY_OWNER: &str = "tasks_by_owner";
/// About a record; a customer's open tasks.
pub(crate) const BY_RELATED: &str = "tasks_by_related";
/// The list in its other orders.
const BY_CREATION: &str = "tasks_by_creation";
const BY_UPDATE: &str = "tasks_by_update";
const BY_PRIORITY: &str = "tasks_by_priority";
/// With a piece of text; it begins with whose.
const BY_PIECE: &str = "tasks_by_owner_piece";

pub(crate) const INDEXES: &[Index] = &[
    Index::on(TASKS, BY_DUE, &["status", "keys.due_at", "_id"]),
    Index::on(TASKS, BY_OWNER, &["owner", "status", "keys.due_at", "_id"]),
    Index::on(TASKS, BY_RELATED, &["related_id", "status"]),
    Index::on(TASKS, BY_CREATION, &["created_at", "_id"]),
    Index::on(TASKS, BY_UPDATE, &["updated_at", "_id"]),
    Index::on(TASKS, BY_PRIORITY, &["keys.rank", "_id"]),
    Index::on(TASKS, BY_PIECE, &["owner", search::PIECES]),
];

/// What answers this query.
pub(crate) async fn of(
    reader: &mut Reader,
    range: OwnerRange,
    query: &TaskQuery,
) -> Result<Listing, StoreError> {
    let filter = &query.filter;
    let statuses = statuses(filter);
    let tallied = if statuses.is_empty() { 0 } else { tallies::tasks(reader, range, &statuses).await? };
    let window = window(filter);
    let due = due_walk(range, &statuses, tallied, window.clone());
    let ways = ways(range, filter, &due, tallied);
    let others = other_filters(filter);
    let filters = [due_filters(range, &statuses, window), others.clone()].concat();
    let everybody = |index, key| {
        let arms = if tallied == 0 { Vec::new() } else { vec![Document::new()] };
        Walk { index, key, arms, window: None }
    };
    let (walk, residual) = match query.sort.by {
        TaskSort::DueDate => (due, others),
        TaskSort::CreatedAt => (everybody(BY_CREATION, "created_at"), filters.clone()),
        TaskSort::UpdatedAt => (everybody(BY_UPDATE, "updated_at"), filters.clone()),
        TaskSort::Priority => (everybody(BY_PRIORITY, "keys.rank"), filters.clone()),
    };
    Ok(Listing {
        collection: TASKS,
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

/// The statuses that are asked for: what is overdue is not done.
fn statuses(filter: &TaskFilter) -> Vec<TaskStatus> {
    let overdue = matches!(filter.due, Some(DueWindow::Overdue { .. }));
    TaskStatus::ALL
        .into_iter()
        .filter(|status| filter.statuses.is_empty() || filter.statuses.contains(status))
        .filter(|status| !overdue || *status != TaskStatus::Done)
        .collect()
}

fn window(filter: &TaskFilter) -> Option<Document> {
    let (from, before) = match filter.due? {
        DueWindow::Overdue { now } => (None, Some(now)),
        DueWindow::Between { from, before } => (from, before),
    };
    let bound = |name: &str, at: Option<Timestamp>| at.map(|at| (name.to_owned(), Bson::from(date(at))));
    let bounds: Document = bound("$gte", from).into_iter().chain(bound("$lt", before)).collect();
    (!bounds.is_empty()).then(|| doc! { "keys.due_at": bounds })
}

/// The walk in the order of the due date, over what owner, status and due date leave: a walk for each status.
fn due_walk(range: OwnerRange, statuses: &[TaskStatus], tallied: u64, window: Option<Document>) -> Walk {
    let owner = owner_of(range);
    let index = if owner.is_some() { BY_OWNER } else { BY_DUE };
    let arms = statuses.iter().map(|status| {
        let mut arm = owner.clone().unwrap_or_default();
        arm.insert("status", status.as_str());
        arm
    });
    let arms = if tallied == 0 { Vec::new() } else { arms.collect() };
    Walk { index, key: "keys.due_at", arms, window }
}

fn ways(range: OwnerRange, filter: &TaskFilter, due: &Walk, tallied: u64) -> Vec<Way> {
    let arms = due.arms.iter().map(|arm| {
        let mut arm = arm.clone();
        arm.extend(due.window.clone().unwrap_or_default());
        arm
    });
    let known = due.window.is_none().then_some(tallied);
    let mut ways = vec![Way { index: due.index, to: To::Values(arms.collect()), known }];
    if let Some(id) = filter.related_id {
        let about = doc! { "related_id": uuid(id) };
        ways.push(Way { index: BY_RELATED, to: To::Values(vec![about]), known: None });
    }
    if let Some(query) = &filter.search {
        let parts = search::parts(query.terms());
        let scope = owner_of(range).unwrap_or_else(search::of_everybody);
        ways.push(Way { index: BY_PIECE, to: To::Rarest { parts, scope }, known: None });
    }
    ways
}

/// What the walk by due date asks of its index.
fn due_filters(range: OwnerRange, statuses: &[TaskStatus], window: Option<Document>) -> Vec<Document> {
    let mut conditions: Vec<Document> = owner_of(range).into_iter().collect();
    if statuses.len() < TaskStatus::ALL.len() {
        let names: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
        conditions.push(doc! { "status": { "$in": names } });
    }
    conditions.extend(window);
    conditions
}

/// What it does not.
fn other_filters(filter: &TaskFilter) -> Vec<Document> {
    let mut conditions = Vec::new();
    if !filter.priorities.is_empty() {
        let names: Vec<&str> = filter.priorities.iter().map(|priority| priority.as_str()).collect();
        conditions.push(doc! { "priority": { "$in": names } });
    }
    conditions.extend(filter.related_kind.map(|kind| doc! { "related_kind": kind.as_str() }));
    conditions.extend(filter.related_id.map(|id| doc! { "related_id": uuid(id) }));
    conditions.extend(filter.search.iter().flat_map(search::all_occur));
    conditions
}

fn owner_of(range: OwnerRange) -> Option<Document> {
    match range {
        OwnerRange::Empty | OwnerRange::Everyone | OwnerRange::Nobody => None,
        OwnerRange::User(user) => Some(doc! { "owner": id(user) }),
    }
}
