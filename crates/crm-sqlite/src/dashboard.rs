//! Reading the figures of the dashboard: counters, and of the tasks only those due earlier in this hour.

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::ports::dashboard::{Dashboard, DashboardFigures, DashboardQuery};
use crm_domain::access::scope::{OwnerFilter, OwnerRange, Scope};
use crm_domain::timestamp::Timestamp;

use crate::db::{Db, Outcome};
use crate::rows::key;
use crate::store::SqliteStore;
use crate::tallies::{self, Totals};
use crate::workspace;

#[async_trait]
impl Dashboard for SqliteStore {
    async fn dashboard(&self, scope: &Scope, query: &DashboardQuery) -> Result<DashboardFigures, StoreError> {
        let range = scope.narrow(OwnerFilter::Any);
        let query = query.clone();
        self.glance(move |db| figures(db, range, &query)).await
    }
}

/// The figures.
pub(crate) fn figures(db: &Db<'_>, range: OwnerRange, query: &DashboardQuery) -> Outcome<DashboardFigures> {
    let totals = Totals::of(db, range)?;
    let my_open_tasks = match query.me {
        Some(me) if range == OwnerRange::User(me) => totals.open_tasks,
        Some(me) => Totals::of(db, OwnerRange::User(me))?.open_tasks,
        None => 0,
    };
    Ok(DashboardFigures {
        leads_by_status: totals.leads_by_status,
        customers: totals.customers,
        my_open_tasks,
        open_tasks: totals.open_tasks,
        overdue_tasks: overdue(db, range, query.now)?,
        leads_per_day: tallies::leads_created(db, range, &query.days)?,
    })
}

/// What was due on an earlier day and in an earlier hour is counted already; what was due earlier in this hour is counted now.
fn overdue(db: &Db<'_>, range: OwnerRange, now: Timestamp) -> Outcome<u64> {
    let calendar = workspace::calendar(db)?;
    let (today, hour) = calendar.local_hour(now);
    let counted =
        tallies::tasks_due_before(db, range, today)? + tallies::tasks_due_within(db, range, today, hour)?;
    let (from, to) = (calendar.hour_start(today, hour).millis(), now.millis());
    let count: i64 = match range {
        OwnerRange::Empty | OwnerRange::Nobody => 0,
        OwnerRange::Everyone => db
            .prepare(
                "SELECT count(*) FROM task INDEXED BY task_by_due \
                 WHERE status IN (0, 1) AND due_at >= ?1 AND due_at < ?2",
            )?
            .query_row((from, to), |row| row.get(0))?,
        OwnerRange::User(user) => db
            .prepare(
                "SELECT count(*) FROM task INDEXED BY task_by_owner \
                 WHERE owner = ?1 AND status IN (0, 1) AND due_at >= ?2 AND due_at < ?3",
            )?
            .query_row((key(user), from, to), |row| row.get(0))?,
    };
    Ok(counted + u64::try_from(count).unwrap_or(0))
}
