//! Making a lead.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::role::Role;
use crm_domain::form::Form;
use crm_domain::ids::UserId;
use crm_domain::lead::Lead;
use crm_domain::raw::Members;
use crm_domain::version::{Version, Versioned};

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::leads::{events, form as lead_form};
use crate::people::{read_owner, still_active};

/// Makes a lead. An agent's is their own; an admin's is nobody's unless they name somebody.
///
/// # Errors
/// [`AppError::Invalid`] with every bad member; [`AppError::Denied`] for an agent who names somebody else.
pub async fn create(ctx: &Ctx, actor: &Actor, body: Members) -> Result<Versioned<Lead>, AppError> {
    authorize(actor, Action::CreateLead)?;
    let mut form = Form::body(body, lead_form::WRITABLE, lead_form::READ_ONLY);
    let draft = lead_form::draft(&mut form);
    let named = read_owner(ctx, &mut form, "assignedAgent");
    let draft = form.finish_with(draft)?;
    decide(ctx, actor, &[], |actor| {
        let draft = draft.clone();
        async move {
            let owner = owner_of_new(&actor, named)?;
            let lead = Lead::create(ctx.mint(), draft, owner, ctx.now());
            let mut commit = Commit::new(ctx.commit_id())
                .event(events::created(ctx, &actor, &lead))
                .change(Change::InsertLead(lead.clone()));
            if let Some(owner) = owner {
                still_active(ctx, "assignedAgent", owner)?;
                commit = commit.expect(Expect::UserActive(owner));
            }
            Ok(Decision::commit(commit, Versioned::stored(lead, Version::FIRST)))
        }
    })
    .await
}

fn owner_of_new(actor: &Actor, named: Option<UserId>) -> Result<Option<UserId>, AppError> {
    let own = match actor {
        Actor::User(user) if user.role == Role::Agent => Some(user.id),
        Actor::User(_) | Actor::System { .. } => None,
    };
    if named.is_some() && named != own {
        authorize(actor, Action::AssignLead)?;
    }
    Ok(named.or(own))
}
