//! Listing and searching tasks.

use std::ops::Range;

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::OwnerFilter;
use crm_domain::calendar::{Calendar, parse_day};
use crm_domain::flaw::Flaw;
use crm_domain::form::Form;
use crm_domain::ids::UserId;
use crm_domain::raw::Members;
use crm_domain::task::{Priority, RelatedKind, TaskStatus};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::search_query::SearchQuery;

use crate::context::Ctx;
use crate::error::AppError;
use crate::input::any_id;
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
        related_id: form.optional("relatedId", any_id),
        due: form.optional("due", |text| due_window(text, calendar, now)),
        search: form.optional("q", SearchQuery::parse),
    }
}

fn due_window(text: &str, calendar: Calendar, now: Timestamp) -> Result<DueWindow, Flaw> {
    let within =
        |span: Range<Timestamp>| DueWindow::Between { from: Some(span.start), before: Some(span.end) };
    match text {
        "overdue" => Ok(DueWindow::Overdue { now }),
        "today" => Ok(within(calendar.day(calendar.today(now)))),
        "tomorrow" => Ok(within(calendar.day(calendar.tomorrow(now)))),
        "week" => Ok(within(calendar.week(now))),
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
