//! Listing and searching customers.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::OwnerFilter;
use crm_domain::customer::Customer;
use crm_domain::form::Form;
use crm_domain::ids::UserId;
use crm_domain::raw::Members;
use crm_domain::values::search_query::SearchQuery;
use crm_domain::values::tag::Tag;
use crm_domain::version::Versioned;

use crate::context::Ctx;
use crate::error::AppError;
use crate::paging::request::PageRequest;
use crate::paging::{Direction, Page, Sort};
use crate::query::customers::{CustomerFilter, CustomerQuery, CustomerSort};

/// The parameters of the list.
pub const PARAMETERS: &[&str] = &["q", "owner", "tag", "page", "limit", "cursor", "sort"];

/// One page of the customers that the actor may see.
///
/// # Errors
/// [`AppError::Invalid`] with every bad parameter.
pub async fn list(ctx: &Ctx, actor: &Actor, query: Members) -> Result<Page<Versioned<Customer>>, AppError> {
    let grant = authorize(actor, Action::ReadCustomers)?;
    let mut form = Form::query(query, PARAMETERS);
    let owner = form.optional("owner", UserId::parse);
    let filter = CustomerFilter {
        owner: owner.map_or(OwnerFilter::Any, OwnerFilter::User),
        tag: form.optional("tag", Tag::parse).map(|tag| tag.folded()),
        search: form.optional("q", SearchQuery::parse),
    };
    let request = PageRequest::read(&mut form, LATEST_FIRST, sort_field, "updatedAt, createdAt, name");
    form.finish()?;
    let query =
        CustomerQuery { filter, sort: request.sort, start: request.start.clone(), limit: request.limit };
    let found = ctx.stores.customers.customers(grant.scope(), &query).await?;
    Ok(request.page(found, |customer| request.sort.by.place(customer.record())))
}

const LATEST_FIRST: Sort<CustomerSort> =
    Sort { by: CustomerSort::UpdatedAt, direction: Direction::Descending };

fn sort_field(name: &str) -> Option<CustomerSort> {
    match name {
        "updatedAt" => Some(CustomerSort::UpdatedAt),
        "createdAt" => Some(CustomerSort::CreatedAt),
        "name" => Some(CustomerSort::Name),
        _ => None,
    }
}
