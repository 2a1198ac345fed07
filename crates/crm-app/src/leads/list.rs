//! Listing and searching leads.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::OwnerFilter;
use crm_domain::calendar::{Calendar, parse_day};
use crm_domain::flaw::Flaw;
use crm_domain::fold::fold;
use crm_domain::form::Form;
use crm_domain::ids::UserId;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::raw::Members;
use crm_domain::values::search_query::SearchQuery;
use crm_domain::values::source::Source;
use crm_domain::values::tag::Tag;
use crm_domain::version::Versioned;

use crate::context::Ctx;
use crate::error::AppError;
use crate::paging::request::PageRequest;
use crate::paging::{Direction, Page, Sort};
use crate::query::leads::{Archived, LeadFilter, LeadQuery, LeadSort};

/// The parameters of the list.
pub const PARAMETERS: &[&str] = &[
    "q",
    "status",
    "assignedAgent",
    "archived",
    "showArchived",
    "source",
    "tag",
    "createdFrom",
    "createdTo",
    "page",
    "limit",
    "cursor",
    "sort",
];

/// One page of the leads that the actor may see.
///
/// # Errors
/// [`AppError::Invalid`] with every bad parameter.
pub async fn list(ctx: &Ctx, actor: &Actor, query: Members) -> Result<Page<Versioned<Lead>>, AppError> {
    let grant = authorize(actor, Action::ReadLeads)?;
    let mut form = Form::query(query, PARAMETERS);
    let filter = read_filter(&mut form, ctx.calendar());
    let request = PageRequest::read(&mut form, LATEST_FIRST, sort_field, "updatedAt, createdAt, name");
    form.finish()?;
    let query = LeadQuery { filter, sort: request.sort, start: request.start.clone(), limit: request.limit };
    let found = ctx.stores.leads.leads(grant.scope(), &query).await?;
    Ok(request.page(found, |lead| request.sort.by.place(lead.record())))
}

const LATEST_FIRST: Sort<LeadSort> = Sort { by: LeadSort::UpdatedAt, direction: Direction::Descending };

fn sort_field(name: &str) -> Option<LeadSort> {
    match name {
        "updatedAt" => Some(LeadSort::UpdatedAt),
        "createdAt" => Some(LeadSort::CreatedAt),
        "name" => Some(LeadSort::Name),
        _ => None,
    }
}

fn read_filter(form: &mut Form, calendar: Calendar) -> LeadFilter {
    let from = form.optional("createdFrom", parse_day);
    let to = form.optional("createdTo", parse_day);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        form.reject("createdTo", Flaw::new("out_of_range", "must not be before createdFrom"));
    }
    LeadFilter {
        owner: read_assigned(form),
        statuses: form.choices("status", LeadStatus::parse),
        archived: read_archived(form),
        source: form.optional("source", Source::parse).map(|source| fold(source.as_str())),
        tag: form.optional("tag", Tag::parse).map(|tag| tag.folded()),
        created_from: from.map(|day| calendar.day(day).start),
        created_before: to.map(|day| calendar.day(day).end),
        search: form.optional("q", SearchQuery::parse),
    }
}

fn read_assigned(form: &mut Form) -> OwnerFilter {
    let parse = |text: &str| match text {
        "none" => Ok(OwnerFilter::Nobody),
        id => UserId::parse(id).map(OwnerFilter::User),
    };
    form.optional("assignedAgent", parse).unwrap_or(OwnerFilter::Any)
}

fn read_archived(form: &mut Form) -> Archived {
    let parse = |text: &str| match text {
        "false" => Ok(Archived::No),
        "true" => Ok(Archived::Yes),
        "all" => Ok(Archived::All),
        _ => Err(Flaw::not_one_of(["false", "true", "all"])),
    };
    let asked = form.optional("archived", parse);
    let asked_of_old = form.optional("showArchived", parse);
    if form.has("archived") && form.has("showArchived") && asked != asked_of_old {
        form.reject("showArchived", Flaw::new("invalid", "is the old name of archived: give one of them"));
    }
    asked.or(asked_of_old).unwrap_or(Archived::No)
}
