//! Reading the figures of the dashboard: counters, and of the tasks only those due earlier in this hour.

use async_trait::async_trait;
use bson::doc;
use crm_app::error::StoreError;
use crm_app::ports::dashboard::{Dashboard, DashboardFigures, DashboardQuery};
use crm_domain::access::scope::{OwnerFilter, OwnerRange, Scope};
use crm_domain::lead::LeadStatus;
use crm_domain::task::TaskStatus;
use crm_domain::timestamp::Timestamp;

use crate::documents::{date, id};
use crate::reader::Reader;
use crate::store::MongoStore;
use crate::tallies::{self, Totals};
use crate::tasks::listing::{BY_DUE, BY_OWNER};
use crate::workspace;

const OPEN: [TaskStatus; 2] = [TaskStatus::Open, TaskStatus::InProgress];

#[async_trait]
impl Dashboard for MongoStore {
    async fn dashboard(&self, scope: &Scope, query: &DashboardQuery) -> Result<DashboardFigures, StoreError> {
        let range = scope.narrow(OwnerFilter::Any);
        let query = query.clone();
        self.snapshot(move |mut reader| async move { figures(&mut reader, range, &query).await }).await
    }
}

/// The figures.
pub(crate) async fn figures(
    reader: &mut Reader,
    range: OwnerRange,
    query: &DashboardQuery,
) -> Result<DashboardFigures, StoreError> {
    let totals = Totals::of(reader, range).await?;
    let my_open_tasks = match query.me {
        Some(me) if range == OwnerRange::User(me) => totals.tasks(&OPEN),
        Some(me) => tallies::tasks(reader, OwnerRange::User(me), &OPEN).await?,
        None => 0,
    };
    Ok(DashboardFigures {
        leads_by_status: LeadStatus::ALL.map(|status| totals.leads(&[status], Some(false))),
        customers: totals.customers(),
        my_open_tasks,
        open_tasks: totals.tasks(&OPEN),
        overdue_tasks: overdue(reader, range, query.now).await?,
        leads_per_day: tallies::leads_created(reader, range, &query.days).await?,
    })
}

/// What was due on an earlier day and in an earlier hour is counted already; what was due earlier in this hour is counted now.
async fn overdue(reader: &mut Reader, range: OwnerRange, now: Timestamp) -> Result<u64, StoreError> {
    let calendar = workspace::calendar(reader).await?;
    let (today, hour) = calendar.local_hour(now);
    let counted = tallies::tasks_due_before(reader, range, today, hour).await?;
    let mut due = doc! {
        "status": { "$in": OPEN.map(TaskStatus::as_str).to_vec() },
        "keys.due_at": { "$gte": date(calendar.hour_start(today, hour)), "$lt": date(now) },
    };
    let index = match range {
        OwnerRange::Empty | OwnerRange::Nobody => return Ok(counted),
        OwnerRange::Everyone => BY_DUE,
        OwnerRange::User(user) => {
            due.insert("owner", id(user));
            BY_OWNER
        }
    };
    Ok(counted + reader.count("tasks", due, Some(index), u64::MAX).await?)
}
