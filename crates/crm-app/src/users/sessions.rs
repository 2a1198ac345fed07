//! The sessions of any user, for admins. One's own are in [`crate::auth::sessions`].

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::ids::UserId;
use crm_domain::session::Session;

use crate::context::Ctx;
use crate::error::AppError;
use crate::input::only_id;
use crate::users::change::find;

/// A user's live sessions, last used first: those that still let them in. A deactivated user has none.
///
/// # Errors
/// [`AppError::Denied`] for agents; [`AppError::Invalid`] for a malformed id; [`AppError::NotFound`].
pub async fn list(ctx: &Ctx, actor: &Actor, id: &str) -> Result<Vec<Session>, AppError> {
    let grant = authorize(actor, Action::ReadUsers)?;
    let id: UserId = only_id("id", id)?;
    find(ctx, grant.scope(), id).await?;
    Ok(ctx.stores.sessions.open_sessions(grant.scope(), id, ctx.now()).await?)
}
