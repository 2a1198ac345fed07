//! The shapes of reads that must be fast, as data: each list in its own order by owner, status and archived, with its
//! walks by cursor; search; what is due; the feed; notes and history; the dashboard. And the rarer ones beside them.
//!
//! A test asks SQLite how it runs the statements of each and lets none of them scan a table or sort; another compares
//! the answers that the ways to one list give.

mod customers;
mod feed;
mod leads;
mod tasks;
mod users;
mod variety;

use std::cell::RefCell;
use std::collections::BTreeSet;

use crm_app::error::StoreError;
use crm_app::paging::Start;
use crm_app::ports::dashboard::DashboardQuery;
use crm_app::query::activities::ActivityQuery;
use crm_app::query::customers::CustomerQuery;
use crm_app::query::leads::LeadQuery;
use crm_app::query::tasks::TaskQuery;
use crm_app::query::users::UserQuery;
use crm_domain::access::scope::{OwnerRange, Reach};
use crm_domain::ids::{CustomerId, LeadId, UserId};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::search_query::SearchQuery;

use self::variety::{range_name, ranges, shape, start_name, starts};
use crate::db::{Db, Manner, Outcome};
use crate::store::SqliteStore;
use crate::{activities, dashboard, notes};

/// No list has more ways to its records.
const MOST_WAYS: usize = 5;

/// One shape.
#[derive(Debug, Clone)]
pub struct Shape {
    /// What it is, for people.
    pub name: String,
    ask: Ask,
}

/// A statement and the steps in which SQLite runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The statement.
    pub sql: String,
    /// The steps, as `EXPLAIN QUERY PLAN` tells them.
    pub steps: Vec<String>,
}

/// One try of a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// What came of it, as text.
    pub answer: String,
    /// Its statements, each once.
    pub plans: Vec<Plan>,
}

#[derive(Debug, Clone)]
enum Ask {
    Leads(OwnerRange, LeadQuery),
    Customers(OwnerRange, CustomerQuery),
    Tasks(OwnerRange, TaskQuery),
    Users(Reach, UserQuery),
    Feed(Reach, ActivityQuery),
    Notes(CustomerId, Start),
    LatestNotes(CustomerId),
    History(LeadId),
    Dashboard(OwnerRange, DashboardQuery),
}

/// Whom and what the shapes ask for; any will do.
#[derive(Debug, Clone)]
pub struct Asked {
    /// An owner.
    pub user: UserId,
    /// A lead.
    pub lead: LeadId,
    /// A customer.
    pub customer: CustomerId,
    /// The time.
    pub now: Timestamp,
    /// Terms of one or two characters.
    pub short: SearchQuery,
    /// Longer terms.
    pub long: SearchQuery,
    /// A term so long that not all of it is asked for.
    pub longest: SearchQuery,
}

/// Every shape.
pub fn all(asked: &Asked) -> Vec<Shape> {
    let mut shapes = leads::shapes(asked);
    shapes.extend(customers::shapes(asked));
    shapes.extend(tasks::shapes(asked));
    shapes.extend(users::shapes(asked));
    shapes.extend(feed::shapes(asked));
    for start in starts(asked) {
        shapes.push(shape(&["notes", start_name(&start)], Ask::Notes(asked.customer, start)));
    }
    shapes.push(shape(&["latest notes"], Ask::LatestNotes(asked.customer)));
    shapes.push(shape(&["history"], Ask::History(asked.lead)));
    for range in ranges(asked) {
        let today = asked.now.utc().date_naive();
        let query = DashboardQuery { me: Some(asked.user), days: vec![today], now: asked.now };
        shapes.push(shape(&["dashboard", range_name(range)], Ask::Dashboard(range, query)));
    }
    shapes
}

impl SqliteStore {
    /// Answers a shape in every manner in which a store of any size would. All answers must be equal.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn trials(&self, shape: &Shape) -> Result<Vec<Trial>, StoreError> {
        let ask = shape.ask.clone();
        self.snapshot(move |db| {
            let manners = [Manner::Best, Manner::Briefly, Manner::Walk]
                .into_iter()
                .chain((0..MOST_WAYS).map(Manner::Way));
            manners.map(|manner| attempt(db, manner, &ask)).collect()
        })
        .await
    }
}

fn attempt(db: &Db<'_>, manner: Manner, ask: &Ask) -> Outcome<Trial> {
    let heard = RefCell::new(Vec::new());
    let answer = run(&Db::new(db.connection()).in_manner(manner).heard_by(&heard), ask)?;
    let statements: BTreeSet<String> = heard.into_inner().into_iter().collect();
    let plans: Outcome<Vec<Plan>> = statements.into_iter().map(|sql| explain(db, sql)).collect();
    Ok(Trial { answer, plans: plans? })
}

fn run(db: &Db<'_>, ask: &Ask) -> Outcome<String> {
    fn text<T: std::fmt::Debug>(answer: T) -> String {
        format!("{answer:?}")
    }
    match ask {
        Ask::Leads(range, query) => crate::leads::page(db, *range, query).map(text),
        Ask::Customers(range, query) => crate::customers::page(db, *range, query).map(text),
        Ask::Tasks(range, query) => crate::tasks::page(db, *range, query).map(text),
        Ask::Users(reach, query) => crate::users::page(db, *reach, query).map(text),
        Ask::Feed(reach, query) => activities::page(db, *reach, query).map(text),
        Ask::Notes(customer, start) => notes::page(db, *customer, start.clone(), 10).map(text),
        Ask::LatestNotes(customer) => crate::customers::latest_notes(db, *customer, 5).map(text),
        Ask::History(lead) => crate::leads::history(db, *lead, 50).map(text),
        Ask::Dashboard(range, query) => dashboard::figures(db, *range, query).map(text),
    }
}

fn explain(db: &Db<'_>, sql: String) -> Outcome<Plan> {
    let mut statement = db.connection().prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    // The question marks stay unbound, which a plan does not mind.
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        steps.push(row.get("detail")?);
    }
    Ok(Plan { sql, steps })
}
