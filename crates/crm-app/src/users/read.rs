//! Reading one user.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::user::User;
use crm_domain::version::Versioned;

use crate::context::Ctx;
use crate::error::AppError;
use crate::input::only_id;
use crate::users::change::find;

/// Reads a user.
///
/// # Errors
/// [`AppError::Denied`] for agents; [`AppError::NotFound`]; [`AppError::Invalid`] for a malformed id.
pub async fn read(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Versioned<User>, AppError> {
    let grant = authorize(actor, Action::ReadUsers)?;
    find(ctx, grant.scope(), only_id("id", id)?).await
}
