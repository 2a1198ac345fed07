//! Changing a customer.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::customer::{Customer, CustomerPatch};
use crm_domain::flaw::Flaw;
use crm_domain::form::{Form, Reference};
use crm_domain::ids::CustomerId;
use crm_domain::patch::Patch;
use crm_domain::raw::Members;
use crm_domain::timestamp::Timestamp;
use crm_domain::version::{Replace, Versioned};

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::customers::read::{CustomerDetail, find};
use crate::customers::{events, form as customer_form};
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::path_id;
use crate::people::read_owner_change;
use crate::precondition::Precondition;

/// Changes the members that the client sent. What is already as it should be changes nothing and needs no right.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`];
/// [`AppError::Denied`] for an agent who gives the customer to somebody else.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    body: Members,
    precondition: &Precondition,
) -> Result<CustomerDetail, AppError> {
    authorize(actor, Action::ChangeCustomer)?;
    let mut form = Form::body(body, customer_form::WRITABLE, customer_form::READ_ONLY);
    let id = path_id(&mut form, "id", id);
    let mut patch = customer_form::patch(&mut form);
    let owner = read_owner_change(ctx, &mut form, "owner");
    patch.owner = match owner.reference {
        Reference::Absent => Patch::Keep,
        Reference::Is(user) => Patch::Set(user),
        Reference::Nobody => {
            form.reject("owner", Flaw::required());
            Patch::Keep
        }
    };
    let id: CustomerId = form.finish_with(id)?;
    let patch = &patch;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::ChangeCustomer)?;
        let CustomerDetail { customer, notes } = find(ctx, grant.scope(), id).await?;
        let version = customer.version();
        owner.check(ctx, Some(customer.record().owner))?;
        let decision =
            rewrite(ctx, &actor, customer, |customer, now| customer.edit(CustomerPatch::clone(patch), now))?;
        precondition.check(version)?;
        Ok(decision.map(|customer| CustomerDetail { customer, notes }))
    })
    .await
}

/// Decides a change of a customer's own fields: nothing to write if nothing differs, else it with its event.
///
/// # Errors
/// [`AppError::Denied`] if the customer changes hands and the actor may not do that.
pub fn rewrite(
    ctx: &Ctx,
    actor: &Actor,
    before: Versioned<Customer>,
    edit: impl FnOnce(Customer, Timestamp) -> Customer,
) -> Result<Decision<Versioned<Customer>>, AppError> {
    let after = edit(before.record().clone(), ctx.now());
    if before.record().differences(&after).is_empty() {
        return Ok(Decision::Answer(before));
    }
    let mut commit = Commit::new(ctx.commit_id());
    if after.owner != before.record().owner {
        authorize(actor, Action::AssignCustomer)?;
        commit = commit.expect(Expect::UserActive(after.owner));
    }
    let put = Replace { before, after };
    let outcome = put.outcome();
    let commit = commit.event(events::changed(ctx, actor, &put)).change(Change::PutCustomer(put));
    Ok(Decision::commit(commit, outcome))
}
