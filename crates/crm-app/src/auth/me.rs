//! One's own account.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::form::Form;
use crm_domain::patch::Patch;
use crm_domain::raw::Members;
use crm_domain::user::User;
use crm_domain::values::name::PersonName;
use crm_domain::version::Versioned;

use crate::commit::Commit;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::seen;
use crate::precondition::Precondition;
use crate::users::change::put;

/// The members of the request.
pub const WRITABLE: &[&str] = &["name"];

/// The members that a client may send back and that change nothing.
pub const READ_ONLY: &[&str] =
    &["id", "_id", "__v", "email", "role", "isActive", "createdAt", "updatedAt", "version"];

/// Reads one's own account.
///
/// # Errors
/// [`AppError::Store`].
pub async fn read(ctx: &Ctx, actor: &Actor) -> Result<Versioned<User>, AppError> {
    let grant = authorize(actor, Action::ManageSelf)?;
    let id = actor.user_id().ok_or(AppError::Denied(Denied))?;
    seen(ctx.stores.users.user(grant.scope(), id).await?, "user")
}

/// Changes one's own name.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::VersionMismatch`].
pub async fn rename(
    ctx: &Ctx,
    actor: &Actor,
    body: Members,
    precondition: &Precondition,
) -> Result<Versioned<User>, AppError> {
    authorize(actor, Action::ManageSelf)?;
    let id = actor.user_id().ok_or(AppError::Denied(Denied))?;
    let mut form = Form::body(body, WRITABLE, READ_ONLY);
    let name = form.patch("name", PersonName::parse);
    form.finish()?;
    let name = &name;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let before = read(ctx, &actor).await?;
        precondition.check(before.version())?;
        let after = match name {
            Patch::Set(name) => before.record().clone().rename(name.clone(), ctx.now()),
            Patch::Keep => return Ok(Decision::Answer(before)),
        };
        Ok(put(ctx, &actor, Commit::new(ctx.commit_id()), before, after))
    })
    .await
}
