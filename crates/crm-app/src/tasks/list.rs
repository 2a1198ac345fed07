//! Listing and searching tasks.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::OwnerFilter;
use crm_domain::calendar::{Calendar, parse_day};
use crm_domain::flaw::Flaw;
use crm_domain::form::Form;
use crm_domain::ids::{LeadId, UserId};
use crm_domain::raw::Members;
use crm_domain::task::{Priority, RelatedKind, TaskStatus};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::search_query::SearchQuery;

use crate::context::Ctx;
use crate::error::AppError;
use crate::paging::request::PageRequest;
use crate::paging::{Direction, Page, Sort};
use crate::query::tasks::{DueWindow, TaskFilter, TaskQuery, TaskSort};
use crate::tasks::read::{TaskView, view};
use crate::tasks::related;

/// The parameters of the list.
pub const PARAMETERS: &[&str] = &[
    "owner",
    "status",
    "priority",
    "relatedType",
    "relatedId",
    "due",
    "q",
    "page",
    "limit",
    "cursor",
    "sort",
];

/// One page of the tasks that the actor may see.
///
/// # Errors
/// [`AppError::Invalid`] with every bad parameter.
pub async fn list(ctx: &Ctx, actor: &Actor, query: Members) -> Result<Page<TaskView>, AppError> {
    let grant = authorize(actor, Action::ReadTasks)?;
    let calendar = ctx.calendar();
    let mut form = Form::query(query, PARAMETERS);
    let filter = read_filter(&mut form, calendar, ctx.now());
    let request =
        PageRequest::read(&mut form, SOONEST_FIRST, sort_field, "dueDate, createdAt, updatedAt, priority");
    form.finish()?;
    let query = TaskQuery { filter, sort: request.sort, start: request.start.clone(), limit: request.limit };
    let found = ctx.stores.tasks.tasks(grant.scope(), &query).await?;
    let page = request.page(found, |task| request.sort.by.place(task.record(), &calendar));
    let names =
        related::names(ctx, actor, page.items.iter().filter_map(|task| task.record().related)).await?;
    Ok(page.map(|task| {
        let name = task.record().related.and_then(|related| names.get(&related.uuid()).cloned());
        view(ctx, task, name)
    }))
}

const SOONEST_FIRST: Sort<TaskSort> = Sort { by: TaskSort::DueDate, direction: Direction::Ascending };

fn sort_field(name: &str) -> Option<TaskSort> {
    match name {
        "dueDate" => Some(TaskSort::DueDate),
        "createdAt" => Some(TaskSort::CreatedAt),
        "updatedAt" => Some(TaskSort::UpdatedAt),
        "priority" => Some(TaskSort::Priority),
        _ => None,
    }
}

fn read_filter(form: &mut Form, calendar: Calendar, now: Timestamp) -> TaskFilter {
    let owner = form.optional("owner", UserId::parse);
    TaskFilter {
        owner: owner.map_or(OwnerFilter::Any, OwnerFilter::User),
        statuses: form.choices("status", TaskStatus::parse),
        priorities: form.choices("priority", Priority::parse),
        related_kind: form.optional("relatedType", RelatedKind::parse),
        related_id: form.optional("relatedId", |text| LeadId::parse(text).map(LeadId::uuid)),
        due: form.optional("due", |text| due_window(text, calendar, now)),
        search: form.optional("q", SearchQuery::parse),
    }
}

fn due_window(text: &str, calendar: Calendar, now: Timestamp) -> Result<DueWindow, Flaw> {
    let today = calendar.today(now);
    let days = |first: u64, count: u64| {
        let first_day = today.checked_add_days(chrono::Days::new(first)).unwrap_or(today);
        let last_day = first_day.checked_add_days(chrono::Days::new(count - 1)).unwrap_or(first_day);
        DueWindow::Between {
            from: Some(calendar.day(first_day).start),
            before: Some(calendar.day(last_day).end),
        }
    };
    match text {
        "overdue" => Ok(DueWindow::Overdue { now }),
        "today" => Ok(days(0, 1)),
        "tomorrow" => Ok(days(1, 1)),
        "week" => Ok(days(0, 7)),
        other => {
            let flaw = || {
                Flaw::new(
                    "invalid",
                    "must be overdue, today, tomorrow, week, before:YYYY-MM-DD or after:YYYY-MM-DD",
                )
            };
            let (word, day) = other.split_once(':').ok_or_else(flaw)?;
            let day = parse_day(day)?;
            match word {
                "before" => Ok(DueWindow::Between { from: None, before: Some(calendar.day(day).end) }),
                "after" => Ok(DueWindow::Between { from: Some(calendar.day(day).start), before: None }),
                _ => Err(flaw()),
            }
        }
    }
}
