//! Listing and searching users.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::role::Role;
use crm_domain::form::Form;
use crm_domain::raw::Members;
use crm_domain::user::User;
use crm_domain::values::search_query::SearchQuery;
use crm_domain::version::Versioned;

use crate::context::Ctx;
use crate::error::AppError;
use crate::paging::request::PageRequest;
use crate::paging::{Direction, Page, Sort};
use crate::query::users::{UserFilter, UserQuery, UserSort};

/// The parameters of the list.
pub const PARAMETERS: &[&str] = &["q", "role", "active", "page", "limit", "cursor", "sort"];

/// One page of the users.
///
/// # Errors
/// [`AppError::Denied`] for agents; [`AppError::Invalid`] with every bad parameter.
pub async fn list(ctx: &Ctx, actor: &Actor, query: Members) -> Result<Page<Versioned<User>>, AppError> {
    let grant = authorize(actor, Action::ReadUsers)?;
    let mut form = Form::query(query, PARAMETERS);
    let filter = UserFilter {
        role: form.optional("role", Role::parse),
        active: form.flag("active"),
        search: form.optional("q", SearchQuery::parse),
    };
    let request = PageRequest::read(&mut form, NEWEST_FIRST, sort_field, "createdAt, name, email");
    form.finish()?;
    let query = UserQuery { filter, sort: request.sort, start: request.start.clone(), limit: request.limit };
    let found = ctx.stores.users.users(grant.scope(), &query).await?;
    Ok(request.page(found, |user| request.sort.by.place(user.record())))
}

const NEWEST_FIRST: Sort<UserSort> = Sort { by: UserSort::CreatedAt, direction: Direction::Descending };

fn sort_field(name: &str) -> Option<UserSort> {
    match name {
        "createdAt" => Some(UserSort::CreatedAt),
        "name" => Some(UserSort::Name),
        "email" => Some(UserSort::Email),
        _ => None,
    }
}
