//! What the dashboard should say, counted one by one.

use crm_app::ports::dashboard::{DashboardFigures, DashboardQuery};
use crm_domain::access::scope::Scope;
use crm_domain::lead::LeadStatus;
use crm_domain::task::{Task, TaskStatus};
use crm_domain::version::Versioned;

use super::model::Model;

/// The figures over what the scope admits.
pub(in crate::contract) fn dashboard(
    model: &Model,
    scope: &Scope,
    query: &DashboardQuery,
) -> DashboardFigures {
    let leads: Vec<_> = model
        .leads
        .values()
        .map(Versioned::record)
        .filter(|lead| scope.admits(lead.owner) && !lead.archived)
        .collect();
    let open = |task: &&Task| task.progress.status() != TaskStatus::Done;
    let tasks: Vec<_> = model
        .tasks
        .values()
        .map(Versioned::record)
        .filter(|task| scope.admits(Some(task.owner)))
        .filter(open)
        .collect();
    let count = |number: usize| u64::try_from(number).unwrap();
    DashboardFigures {
        leads_by_status: LeadStatus::ALL
            .map(|status| count(leads.iter().filter(|lead| lead.status == status).count())),
        customers: count(
            model.customers.values().filter(|customer| scope.admits(Some(customer.record().owner))).count(),
        ),
        my_open_tasks: count(tasks.iter().filter(|task| Some(task.owner) == query.me).count()),
        open_tasks: count(tasks.len()),
        overdue_tasks: count(
            tasks.iter().filter(|task| task.due.is_overdue(&model.calendar, query.now)).count(),
        ),
        leads_per_day: query
            .days
            .iter()
            .map(|day| {
                count(leads.iter().filter(|lead| model.calendar.local_day(lead.created_at) == *day).count())
            })
            .collect(),
    }
}
