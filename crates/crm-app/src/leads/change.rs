//! Changing a lead.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::Scope;
use crm_domain::form::{Form, Reference};
use crm_domain::ids::LeadId;
use crm_domain::lead::{Lead, LeadPatch};
use crm_domain::patch::NullablePatch;
use crm_domain::raw::Members;
use crm_domain::timestamp::Timestamp;
use crm_domain::version::{Replace, Versioned};

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::{path_id, seen};
use crate::leads::{events, form as lead_form};
use crate::people::read_owner_change;
use crate::precondition::Precondition;

/// Changes the members that the client sent. What is already as it should be changes nothing and needs no right.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`];
/// [`AppError::Denied`] for an agent who gives the lead to somebody else; [`AppError::Refused`] for another status of a
/// converted lead.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    body: Members,
    precondition: &Precondition,
) -> Result<Versioned<Lead>, AppError> {
    authorize(actor, Action::ChangeLead)?;
    let mut form = Form::body(body, lead_form::WRITABLE, lead_form::READ_ONLY);
    let id = path_id(&mut form, "id", id);
    let mut patch = lead_form::patch(&mut form);
    let owner = read_owner_change(ctx, &mut form, "assignedAgent");
    let id: LeadId = form.finish_with(id)?;
    patch.owner = match owner.reference {
        Reference::Absent => NullablePatch::Keep,
        Reference::Nobody => NullablePatch::Clear,
        Reference::Is(user) => NullablePatch::Set(user),
    };
    let patch = &patch;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::ChangeLead)?;
        let lead = find(ctx, grant.scope(), id).await?;
        let version = lead.version();
        owner.check(ctx, lead.record().owner)?;
        let decision = rewrite(ctx, &actor, lead, |lead, now| lead.edit(LeadPatch::clone(patch), now))?;
        precondition.check(version)?;
        Ok(decision)
    })
    .await
}

/// Reads the lead that is to be changed.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::Store`].
pub async fn find(ctx: &Ctx, scope: &Scope, id: LeadId) -> Result<Versioned<Lead>, AppError> {
    seen(ctx.stores.leads.lead(scope, id).await?, "lead")
}

/// Decides a change of a lead: nothing to write if nothing differs, else the lead with its event.
///
/// # Errors
/// [`AppError::Denied`] if the lead changes hands and the actor may not do that; [`AppError::Refused`] for another status of a
/// converted lead.
pub fn rewrite(
    ctx: &Ctx,
    actor: &Actor,
    before: Versioned<Lead>,
    edit: impl FnOnce(Lead, Timestamp) -> Lead,
) -> Result<Decision<Versioned<Lead>>, AppError> {
    let after = edit(before.record().clone(), ctx.now());
    if before.record().differences(&after).is_empty() {
        return Ok(Decision::Answer(before));
    }
    let mut commit = Commit::new(ctx.commit_id());
    if after.owner != before.record().owner {
        authorize(actor, Action::AssignLead)?;
        if let Some(owner) = after.owner {
            commit = commit.expect(Expect::UserActive(owner));
        }
    }
    before.record().check_status_change(&after)?;
    let put = Replace { before, after };
    let outcome = put.outcome();
    let commit = commit.event(events::changed(ctx, actor, &put)).change(Change::PutLead(put));
    Ok(Decision::commit(commit, outcome))
}
