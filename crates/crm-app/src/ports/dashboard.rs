//! Reading the figures of the dashboard.

use async_trait::async_trait;
use chrono::NaiveDate;
use crm_domain::access::scope::Scope;
use crm_domain::ids::UserId;
use crm_domain::timestamp::Timestamp;

use crate::error::StoreError;

/// What is asked of the dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DashboardQuery {
    /// Whose open tasks count as "mine".
    pub me: Option<UserId>,
    /// The local days of the series, oldest first; the last is today.
    pub days: Vec<NaiveDate>,
    /// Now, for what is overdue.
    pub now: Timestamp,
}

/// The figures, over the records in the scope.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DashboardFigures {
    /// Leads that are not archived, by status, in the order of [`crm_domain::lead::LeadStatus::ALL`].
    pub leads_by_status: [u64; 4],
    /// Customers.
    pub customers: u64,
    /// The asking user's own tasks that are not done.
    pub my_open_tasks: u64,
    /// Tasks that are not done.
    pub open_tasks: u64,
    /// Tasks that are overdue.
    pub overdue_tasks: u64,
    /// For each asked day, the leads created on it that are not archived.
    pub leads_per_day: Vec<u64>,
}

/// Reads the dashboard.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Dashboard: Send + Sync {
    /// The figures, as of one moment, from the tallies: the work MUST not grow with the number of records.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn dashboard(&self, scope: &Scope, query: &DashboardQuery) -> Result<DashboardFigures, StoreError>;
}
