//! Finding out who is asking.

use crm_domain::access::actor::{Actor, SignedIn};

use crate::context::Ctx;
use crate::error::AppError;

/// The actor behind an access token. Role, name and right to be let in come from the state held in process, never
/// from the token; no store is asked.
///
/// # Errors
/// [`AppError::TokenRefused`] if the token is not ours, not good now, or its user or session is not let in any more.
pub fn authenticate(ctx: &Ctx, token: &str) -> Result<Actor, AppError> {
    let claims = ctx.tokens.read(token, ctx.now()).map_err(|_| AppError::TokenRefused)?;
    let card = ctx.mirror.user(claims.user).ok_or(AppError::TokenRefused)?;
    let actor = Actor::User(SignedIn {
        id: card.id,
        name: card.name.clone(),
        role: card.role,
        access_version: claims.access_version,
        session: claims.session,
    });
    ctx.current(&actor)
}
