//! Giving a lead to somebody else, or to nobody.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::flaw::Flaw;
use crm_domain::form::{Form, Reference};
use crm_domain::ids::LeadId;
use crm_domain::lead::Lead;
use crm_domain::raw::Members;
use crm_domain::version::Versioned;

use crate::context::Ctx;
use crate::decide::decide;
use crate::error::AppError;
use crate::input::path_id;
use crate::leads::change::{find, rewrite};
use crate::people::read_owner_change;
use crate::precondition::Precondition;

/// The members of the request.
pub const WRITABLE: &[&str] = &["assignedAgent"];

/// Gives a lead to the active user named, or to nobody with `null`.
///
/// # Errors
/// [`AppError::Denied`] for agents; [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::VersionMismatch`].
pub async fn reassign(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    body: Members,
    precondition: &Precondition,
) -> Result<Versioned<Lead>, AppError> {
    authorize(actor, Action::AssignLead)?;
    let mut form = Form::body(body, WRITABLE, &[]);
    let id = path_id(&mut form, "id", id);
    let owner = read_owner_change(ctx, &mut form, "assignedAgent");
    if !form.has("assignedAgent") {
        form.reject("assignedAgent", Flaw::required());
    }
    let id: LeadId = form.finish_with(id)?;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::AssignLead)?;
        let lead = find(ctx, grant.scope(), id).await?;
        owner.check(ctx, lead.record().owner)?;
        precondition.check(lead.version())?;
        let to = match owner.reference {
            Reference::Is(user) => Some(user),
            Reference::Absent | Reference::Nobody => None,
        };
        rewrite(ctx, &actor, lead, |lead, now| lead.reassign(to, now))
    })
    .await
}
