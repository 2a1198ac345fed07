//! How MongoDB answers what lists and other reads ask of it, for tests that hold them to their indexes.

use bson::{Bson, Document, doc};
use crm_app::error::StoreError;
use crm_app::ports::dashboard::DashboardQuery;
use crm_app::query::activities::ActivityQuery;
use crm_app::query::customers::CustomerQuery;
use crm_app::query::leads::LeadQuery;
use crm_app::query::tasks::TaskQuery;
use crm_app::query::users::UserQuery;
use crm_domain::access::scope::{OwnerRange, Reach};
use crm_domain::activity::Activity;
use crm_domain::customer::Customer;
use crm_domain::ids::{CustomerId, LeadId};
use crm_domain::lead::Lead;
use crm_domain::task::Task;
use crm_domain::user::User;
use crm_domain::version::Versioned;

use crate::documents;
use crate::error::store_error;
use crate::reader::Reader;
use crate::store::MongoStore;
use crate::{activities, customers, dashboard, leads, list, notes, tasks, users};

/// Something that is read.
#[derive(Debug, Clone)]
pub enum Ask {
    /// A list of leads.
    Leads(OwnerRange, LeadQuery),
    /// A list of customers.
    Customers(OwnerRange, CustomerQuery),
    /// A list of tasks.
    Tasks(OwnerRange, TaskQuery),
    /// A list of users.
    Users(Reach, UserQuery),
    /// A stretch of the feed.
    Feed(Reach, ActivityQuery),
    /// A lead with its history.
    Lead(LeadId),
    /// A customer's latest notes.
    Notes(CustomerId),
    /// The dashboard.
    Dashboard(OwnerRange, DashboardQuery),
}

/// A command and how MongoDB carried it out.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The command.
    pub command: Document,
    /// The names of the stages, such as `IXSCAN`, `COLLSCAN` or `SORT`.
    pub stages: Vec<String>,
    /// How many index entries were looked at.
    pub keys: i64,
    /// How many documents were looked at.
    pub documents: i64,
    /// How many documents came out.
    pub returned: i64,
}

impl MongoStore {
    /// How MongoDB carries out every command that answers this.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn plans(&self, ask: &Ask) -> Result<Vec<Plan>, StoreError> {
        let (db, source) = (self.inner().db.clone(), self.inner().source());
        let most = self.inner().options.long_deadline;
        let ask = ask.clone();
        let call = async move {
            let mut reader = Reader::snapshot(source, most).await?.heard();
            run(&mut reader, &ask).await?;
            let mut plans = Vec::new();
            for command in reader.into_heard() {
                let explain = doc! { "explain": &command, "verbosity": "executionStats" };
                let told = db.run_command(explain).await.map_err(|error| store_error(&error))?;
                plans.push(plan(command, &told));
            }
            Ok(plans)
        };
        self.inner().calls.within(most, call).await
    }
}

async fn run(reader: &mut Reader, ask: &Ask) -> Result<(), StoreError> {
    match ask {
        Ask::Leads(range, query) => {
            let listing = leads::listing::of(reader, *range, query).await?;
            list::find::<Versioned<Lead>>(reader, &listing).await.map(drop)
        }
        Ask::Customers(range, query) => {
            let listing = customers::listing::of(reader, *range, query).await?;
            list::find::<Versioned<Customer>>(reader, &listing).await.map(drop)
        }
        Ask::Tasks(range, query) => {
            let listing = tasks::listing::of(reader, *range, query).await?;
            list::find::<Versioned<Task>>(reader, &listing).await.map(drop)
        }
        Ask::Users(reach, query) => {
            list::find::<Versioned<User>>(reader, &users::listing::of(*reach, query)).await.map(drop)
        }
        Ask::Feed(reach, query) => {
            list::find::<Activity>(reader, &activities::listing::of(*reach, query)).await.map(drop)
        }
        Ask::Lead(lead) => leads::detail(reader, *lead, 50).await.map(drop),
        Ask::Notes(customer) => notes::latest(reader, *customer, 5).await.map(drop),
        Ask::Dashboard(range, query) => dashboard::figures(reader, *range, query).await.map(drop),
    }
}

fn plan(command: Document, told: &Document) -> Plan {
    let mut plan = Plan { command, stages: Vec::new(), keys: 0, documents: 0, returned: 0 };
    gather(&Bson::from(told), &mut plan);
    plan
}

/// Looks through the whole answer: a pipeline has its parts in different places.
fn gather(told: &Bson, plan: &mut Plan) {
    if let Bson::Array(parts) = told {
        for part in parts {
            gather(part, plan);
        }
    }
    let Bson::Document(told) = told else { return };
    let number = |name| told.get(name).and_then(documents::integer).unwrap_or(0);
    if told.contains_key("totalKeysExamined") {
        plan.keys += number("totalKeysExamined");
        plan.documents += number("totalDocsExamined");
        plan.returned += number("nReturned");
    }
    if let Ok(stage) = told.get_str("stage") {
        plan.stages.push(stage.to_owned());
    }
    for (name, part) in told {
        // What was planned is told twice: once as planned, and once as it went.
        if name != "queryPlanner" {
            gather(part, plan);
        }
    }
}
