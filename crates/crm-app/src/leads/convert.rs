//! A lead becomes a customer: one customer per lead, for ever.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::access::scope::Sight;
use crm_domain::ids::{CustomerId, LeadId, UserId};
use crm_domain::lead::Lead;
use crm_domain::refusal::Refusal;
use crm_domain::version::{Replace, Version, Versioned};

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::customers::read::{CustomerDetail, LATEST_NOTES};
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::only_id;
use crate::leads::change::find;
use crate::precondition::Precondition;
use crate::{customers, leads};

/// A converted lead and the customer it became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// The lead.
    pub lead: Versioned<Lead>,
    /// The customer, unless the caller may not see it by now.
    pub customer: Option<CustomerDetail>,
    /// Whether it had been converted before.
    pub already: bool,
}

/// Converts a lead, or answers with what an earlier conversion made.
///
/// The customer is owned by the lead's agent if they are active, else by the caller.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`];
/// [`Refusal::CustomerDeleted`] if the customer it became is gone.
pub async fn convert(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    precondition: &Precondition,
) -> Result<Conversion, AppError> {
    authorize(actor, Action::ConvertLead)?;
    let id: LeadId = only_id("id", id)?;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::ConvertLead)?;
        let lead = find(ctx, grant.scope(), id).await?;
        let version = lead.version();
        let decision = match lead.record().customer {
            Some(customer) => Decision::Answer(again(ctx, &actor, lead, customer).await?),
            None => first(ctx, &actor, lead)?,
        };
        precondition.check(version)?;
        Ok(decision)
    })
    .await
}

fn first(ctx: &Ctx, actor: &Actor, before: Versioned<Lead>) -> Result<Decision<Conversion>, AppError> {
    let owner = customer_owner(ctx, actor, before.record())?;
    let now = ctx.now().later_of(before.record().updated_at);
    let (after, customer) = before.record().clone().convert(ctx.mint(), owner, now)?;
    let put = Replace { before, after };
    let lead = put.outcome();
    let commit = Commit::new(ctx.commit_id())
        .event(leads::events::converted(ctx, actor, &put))
        .event(customers::events::created(ctx, actor, &customer))
        .expect(Expect::UserActive(owner))
        .change(Change::PutLead(put))
        .change(Change::InsertCustomer(customer.clone()));
    let customer =
        CustomerDetail { customer: Versioned::stored(customer, Version::FIRST), notes: Vec::new() };
    Ok(Decision::commit(commit, Conversion { lead, customer: Some(customer), already: false }))
}

async fn again(
    ctx: &Ctx,
    actor: &Actor,
    lead: Versioned<Lead>,
    customer: CustomerId,
) -> Result<Conversion, AppError> {
    let grant = authorize(actor, Action::ReadCustomers)?;
    let sight = ctx.stores.customers.customer_with_notes(grant.scope(), customer, LATEST_NOTES).await?;
    let customer = match sight {
        Sight::Seen((customer, notes)) => Some(CustomerDetail { customer, notes }),
        Sight::Hidden => None,
        Sight::Absent => return Err(Refusal::CustomerDeleted.into()),
    };
    Ok(Conversion { lead, customer, already: true })
}

fn customer_owner(ctx: &Ctx, actor: &Actor, lead: &Lead) -> Result<UserId, AppError> {
    let agent = lead.owner.filter(|owner| ctx.mirror.user(*owner).is_some_and(|card| card.active));
    agent.or_else(|| actor.user_id()).ok_or(AppError::Denied(Denied))
}
