//! Reading one customer with its latest notes.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::Scope;
use crm_domain::customer::Customer;
use crm_domain::ids::CustomerId;
use crm_domain::note::Note;
use crm_domain::version::Versioned;

use crate::context::Ctx;
use crate::error::AppError;
use crate::input::{only_id, seen};

/// How many notes a customer shows.
pub const LATEST_NOTES: u32 = 5;

/// A customer and its latest notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerDetail {
    /// The customer.
    pub customer: Versioned<Customer>,
    /// Its latest notes, at most [`LATEST_NOTES`], newest first.
    pub notes: Vec<Note>,
}

/// Reads a customer.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::NotOwner`]; [`AppError::Invalid`] for a malformed id.
pub async fn read(ctx: &Ctx, actor: &Actor, id: &str) -> Result<CustomerDetail, AppError> {
    let grant = authorize(actor, Action::ReadCustomers)?;
    find(ctx, grant.scope(), only_id("id", id)?).await
}

/// Reads a customer with its latest notes, as of one moment.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::Store`].
pub async fn find(ctx: &Ctx, scope: &Scope, id: CustomerId) -> Result<CustomerDetail, AppError> {
    let sight = ctx.stores.customers.customer_with_notes(scope, id, LATEST_NOTES).await?;
    let (customer, notes) = seen(sight, "customer")?;
    Ok(CustomerDetail { customer, notes })
}
