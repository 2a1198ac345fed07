//! The figures of the dashboard.

use crm_app::dashboard::show::DashboardView;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::values::Day;

/// The dashboard, over what the reader may see. Archived leads do not count.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Dashboard)]
pub struct DashboardBody {
    /// Leads by status.
    pub lead_status: LeadStatusCounts,
    /// Leads.
    pub total_leads: u64,
    /// Customers.
    pub total_customers: u64,
    /// The reader's own tasks that are not done.
    pub my_open_tasks: u64,
    /// Tasks that are not done.
    pub open_tasks: u64,
    /// Tasks that should have been done by now.
    pub overdue_tasks: u64,
    /// New leads on each of the last 14 local days, oldest first, today last.
    pub leads_per_day: Vec<DayCount>,
    /// The IANA time zone that cuts the days.
    pub timezone: &'static str,
}

/// How many leads have each status.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadStatusCounts {
    /// Nobody has talked to them yet.
    #[serde(rename = "New")]
    pub new: u64,
    /// Somebody is on it.
    #[serde(rename = "In Progress")]
    pub in_progress: u64,
    /// They bought.
    #[serde(rename = "Closed Won")]
    pub closed_won: u64,
    /// They did not.
    #[serde(rename = "Closed Lost")]
    pub closed_lost: u64,
}

/// How many leads were made on one day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DayCount {
    /// The day.
    #[serde(rename = "_id")]
    pub day: Day,
    /// How many.
    pub count: u64,
}

impl DashboardBody {
    pub(crate) fn of(view: &DashboardView) -> Self {
        let figures = &view.figures;
        let [new, in_progress, closed_won, closed_lost] = figures.leads_by_status;
        let counts = figures.leads_per_day.iter().copied();
        let per_day = view.days.iter().copied().zip(counts.chain(std::iter::repeat(0)));
        Self {
            lead_status: LeadStatusCounts { new, in_progress, closed_won, closed_lost },
            total_leads: figures.leads_by_status.iter().sum(),
            total_customers: figures.customers,
            my_open_tasks: figures.my_open_tasks,
            open_tasks: figures.open_tasks,
            overdue_tasks: figures.overdue_tasks,
            leads_per_day: per_day.map(|(day, count)| DayCount { day: Day(day), count }).collect(),
            timezone: view.zone,
        }
    }
}
