//! Putting a lead away and taking it back. Doing it again changes nothing.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::ids::LeadId;
use crm_domain::lead::Lead;
use crm_domain::timestamp::Timestamp;

use crate::context::Ctx;
use crate::decide::decide;
use crate::error::AppError;
use crate::input::only_id;
use crate::leads::change::{find, rewrite};
use crate::precondition::Precondition;

/// Puts a lead away.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`].
pub async fn archive(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    precondition: &Precondition,
) -> Result<(), AppError> {
    flip(ctx, actor, id, precondition, Lead::archive).await
}

/// Takes a lead back.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`].
pub async fn unarchive(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    precondition: &Precondition,
) -> Result<(), AppError> {
    flip(ctx, actor, id, precondition, Lead::unarchive).await
}

async fn flip(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    precondition: &Precondition,
    edit: fn(Lead, Timestamp) -> Lead,
) -> Result<(), AppError> {
    authorize(actor, Action::ChangeLead)?;
    let id: LeadId = only_id("id", id)?;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::ChangeLead)?;
        let lead = find(ctx, grant.scope(), id).await?;
        precondition.check(lead.version())?;
        Ok(rewrite(ctx, &actor, lead, edit)?.map(|_| ()))
    })
    .await
}
