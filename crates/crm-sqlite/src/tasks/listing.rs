//! Which indexes answer a list of tasks.

use crm_app::query::tasks::{DueWindow, TaskFilter, TaskQuery, TaskSort};
use crm_domain::access::scope::OwnerRange;
use crm_domain::task::TaskStatus;
use crm_domain::timestamp::Timestamp;
use crm_domain::values::search_query::SearchQuery;
use rusqlite::types::Value;

use crate::db::{Db, Outcome};
use crate::list::condition::{Condition, Window};
use crate::list::{Columns, Counting, Listing, Walk, Way, without};
use crate::rows::{codes, key};
use crate::{search, tallies};

const OWNER: &str = "task.owner = ?";
const STATUS: &str = "task.status = ?";
const STATUSES: [&str; 2] = ["task.status IN (?)", "task.status IN (?, ?)"];
const PRIORITIES: [&str; 3] =
    ["task.priority IN (?)", "task.priority IN (?, ?)", "task.priority IN (?, ?, ?)"];
const RELATED_KIND: &str = "task.related_kind = ?";
const RELATED_ID: &str = "task.related_id = ?";
const FROM: &str = "task.due_at >= ?";
const BEFORE: &str = "task.due_at < ?";
const SEARCH: &str = "holds(task.search_key, ?)";

/// Whether a few pages of the file answer this query: its own index is walked, and the counters have its total.
pub(crate) fn is_glance(query: &TaskQuery) -> bool {
    query.filter.is_tallied() && query.sort.by == TaskSort::DueDate && query.start.is_near()
}

/// What answers this query.
pub(crate) fn of(db: &Db<'_>, range: OwnerRange, query: &TaskQuery) -> Outcome<Listing> {
    let filter = &query.filter;
    let statuses = statuses(filter);
    let tallied = if statuses.is_empty() { 0 } else { tallies::tasks(db, range, &statuses)? };
    let due = due_walk(range, &statuses, tallied, window(filter));
    let others = other_filters(filter);
    let all = [due_filters(range, filter, &statuses), others.clone()].concat();
    let mut ways = vec![due_way(&due, tallied, &others)];
    ways.extend(other_ways(db, range, filter, &all)?);
    let (walk, residual) = match query.sort.by {
        TaskSort::DueDate => (due, others),
        TaskSort::CreatedAt => (walk("task INDEXED BY task_by_creation", "task.created_at", tallied), all),
        TaskSort::UpdatedAt => (walk("task INDEXED BY task_by_update", "task.updated_at", tallied), all),
        TaskSort::Priority => (walk("task INDEXED BY task_by_priority", "task.priority", tallied), all),
    };
    Ok(Listing {
        columns: Columns { key: walk.columns.key, id: "task.id", n: "task.n" },
        walk,
        residual,
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

fn window(filter: &TaskFilter) -> Option<Window> {
    match filter.due? {
        DueWindow::Overdue { now } => Some(Window { from: None, before: Some(now.millis()) }),
        DueWindow::Between { from, before } => {
            Some(Window { from: from.map(Timestamp::millis), before: before.map(Timestamp::millis) })
        }
    }
}

/// The walk in the order of the due date, over what owner, status and due date leave: a walk for each status.
fn due_walk(range: OwnerRange, statuses: &[TaskStatus], tallied: u64, window: Option<Window>) -> Walk {
    let owner = owner(range);
    let from = match owner {
        Some(_) => "task INDEXED BY task_by_owner",
        None => "task INDEXED BY task_by_due",
    };
    let arms = statuses.iter().map(|status| {
        owner.clone().into_iter().chain([Condition::one(STATUS, codes::task_status(*status))]).collect()
    });
    Walk {
        from,
        columns: Columns { key: "task.due_at", id: "task.id", n: "task.n" },
        arms: if tallied == 0 { Vec::new() } else { arms.collect() },
        window,
    }
}

/// A walk over all tasks; over none if there are none to be found.
fn walk(from: &'static str, key: &'static str, tallied: u64) -> Walk {
    Walk {
        from,
        columns: Columns { key, id: "task.id", n: "task.n" },
        arms: if tallied == 0 { Vec::new() } else { vec![Vec::new()] },
        window: None,
    }
}

/// The walk by due date as a way to its records.
fn due_way(due: &Walk, tallied: u64, rest: &[Condition]) -> Way {
    let window = due.window.map(window_conditions);
    let arms = due.arms.iter().map(|arm| arm.iter().chain(window.iter().flatten()).cloned().collect());
    Way { known: due.window.is_none().then_some(tallied), ..Way::new(due.from, arms.collect(), rest) }
}

fn other_ways(db: &Db<'_>, range: OwnerRange, filter: &TaskFilter, all: &[Condition]) -> Outcome<Vec<Way>> {
    let mut ways = Vec::new();
    if let Some(id) = filter.related_id {
        let arms = vec![vec![Condition::one(RELATED_ID, id.into_bytes().to_vec())]];
        ways.push(Way::new("task INDEXED BY task_by_related", arms, &without(all, RELATED_ID)));
    }
    if let Some(query) = &filter.search {
        let is_alone = all.iter().all(|one| [OWNER, SEARCH].contains(&one.sql));
        ways.push(search::TASKS.way(db, query, range, all, is_alone.then(Vec::new), None)?);
    }
    Ok(ways)
}

/// What the walk by due date asks of its index.
fn due_filters(range: OwnerRange, filter: &TaskFilter, statuses: &[TaskStatus]) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = owner(range).into_iter().collect();
    if let Some(sql) = statuses.len().checked_sub(1).and_then(|last| STATUSES.get(last)) {
        let codes = statuses.iter().map(|status| Value::from(codes::task_status(*status)));
        conditions.push(Condition::new(sql, codes));
    }
    conditions.extend(window(filter).map(window_conditions).into_iter().flatten());
    conditions
}

/// What it does not.
fn other_filters(filter: &TaskFilter) -> Vec<Condition> {
    let mut conditions = Vec::new();
    if let Some(sql) = filter.priorities.len().checked_sub(1).and_then(|last| PRIORITIES.get(last)) {
        let codes = filter.priorities.iter().map(|priority| Value::from(codes::priority(*priority)));
        conditions.push(Condition::new(sql, codes));
    }
    conditions
        .extend(filter.related_kind.map(|kind| Condition::one(RELATED_KIND, codes::related_kind(kind))));
    conditions.extend(filter.related_id.map(|id| Condition::one(RELATED_ID, id.into_bytes().to_vec())));
    let terms = filter.search.iter().flat_map(SearchQuery::terms);
    conditions.extend(terms.map(|term| Condition::one(SEARCH, term.as_str().to_owned())));
    conditions
}

fn window_conditions(window: Window) -> Vec<Condition> {
    let from = window.from.map(|from| Condition::one(FROM, from));
    let before = window.before.map(|before| Condition::one(BEFORE, before));
    from.into_iter().chain(before).collect()
}

fn owner(range: OwnerRange) -> Option<Condition> {
    match range {
        OwnerRange::Empty | OwnerRange::Everyone | OwnerRange::Nobody => None,
        OwnerRange::User(user) => Some(Condition::one(OWNER, key(user).to_vec())),
    }
}
