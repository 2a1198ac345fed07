//! Making a customer that no lead became.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::customer::Customer;
use crm_domain::form::Form;
use crm_domain::raw::Members;
use crm_domain::version::{Version, Versioned};

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::customers::read::CustomerDetail;
use crate::customers::{events, form as customer_form};
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::people::{read_owner, still_active};

/// Makes a customer. It is the caller's own unless an admin names somebody else.
///
/// # Errors
/// [`AppError::Invalid`] with every bad member; [`AppError::Denied`] for an agent who names somebody else.
pub async fn create(ctx: &Ctx, actor: &Actor, body: Members) -> Result<CustomerDetail, AppError> {
    authorize(actor, Action::CreateCustomer)?;
    let mut form = Form::body(body, customer_form::WRITABLE, customer_form::READ_ONLY);
    let draft = customer_form::draft(&mut form);
    let named = read_owner(ctx, &mut form, "owner");
    let draft = form.finish_with(draft)?;
    decide(ctx, actor, &[], |actor| {
        let draft = draft.clone();
        async move {
            if named.is_some() && named != actor.user_id() {
                authorize(&actor, Action::AssignCustomer)?;
            }
            let owner = named.or_else(|| actor.user_id()).ok_or(AppError::Denied(Denied))?;
            still_active(ctx, "owner", owner)?;
            let customer = Customer::create(ctx.mint(), draft, owner, ctx.now());
            let commit = Commit::new(ctx.commit_id())
                .event(events::created(ctx, &actor, &customer))
                .expect(Expect::UserActive(owner))
                .change(Change::InsertCustomer(customer.clone()));
            let customer = Versioned::stored(customer, Version::FIRST);
            Ok(Decision::commit(commit, CustomerDetail { customer, notes: Vec::new() }))
        }
    })
    .await
}
