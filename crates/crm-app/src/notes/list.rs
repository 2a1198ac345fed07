//! Listing a customer's notes.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::form::Form;
use crm_domain::ids::CustomerId;
use crm_domain::note::Note;
use crm_domain::raw::Members;

use crate::context::Ctx;
use crate::error::AppError;
use crate::input::{path_id, seen};
use crate::paging::request::PageRequest;
use crate::paging::{Counted, Direction, Page, Position, PositionKey, Sort, Total};
use crate::query::activities::ByCreation;

/// The parameters of the list.
pub const PARAMETERS: &[&str] = &["page", "limit", "cursor"];

/// One page of a customer's notes, newest first.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::NotOwner`].
pub async fn list(ctx: &Ctx, actor: &Actor, customer: &str, query: Members) -> Result<Page<Note>, AppError> {
    let grant = authorize(actor, Action::ReadCustomers)?;
    let mut form = Form::query(query, PARAMETERS);
    let customer = path_id(&mut form, "id", customer);
    let request = PageRequest::read_in_order(&mut form, NEWEST_FIRST);
    let customer: CustomerId = form.finish_with(customer)?;
    let sight = ctx.stores.notes.notes(grant.scope(), customer, &request.start, request.limit).await?;
    let (customer, slice) = seen(sight, "customer")?;
    let found = Counted { slice, total: Total::exact(customer.record().notes_count) };
    Ok(request.page(found, place))
}

const NEWEST_FIRST: Sort<ByCreation> = Sort { by: ByCreation, direction: Direction::Descending };

fn place(note: &Note) -> Position {
    Position { key: PositionKey::Time(note.created_at), id: note.id.uuid() }
}
