//! Finding out who is asking.

use crm_domain::access::action::Action;
use crm_domain::access::actor::{Actor, SignedIn};
use crm_domain::access::policy::authorize;
use crm_domain::ids::SessionId;
use tokio::time::{Instant, timeout_at};

use crate::context::Ctx;
use crate::deadline;
use crate::error::{AppError, StoreError};
use crate::ports::tokens::AccessClaims;
use crate::session_cache::{CachedSession, SessionState};

/// The actor behind an access token. Role, name and right to be let in come from the state held in process, never
/// from the token.
///
/// The token's session must exist and be open. A session that this server does not know, as after a sign-in on another
/// one, is looked up in the store, and so is a user of whom the token or the session has a later access version than
/// this server. Of a known session nothing is read from the store.
///
/// # Errors
/// [`AppError::TokenRefused`] if the token is not ours, not good now, or its user or session is not let in any more;
/// [`AppError::Store`] if a look-up failed or was too slow, in which case nothing is known of the token.
pub async fn authenticate(ctx: &Ctx, token: &str) -> Result<Actor, AppError> {
    let claims = ctx.tokens.read(token, ctx.now()).map_err(|_| AppError::TokenRefused)?;
    match ctx.mirror.sessions().get(claims.session) {
        SessionState::Open(session) if is_current(ctx, &claims, session) => admit(ctx, &claims, session),
        SessionState::Revoked => Err(AppError::TokenRefused),
        SessionState::Open(_) | SessionState::Unknown(_) => {
            let until = Instant::now() + deadline::left(ctx.rules.deadline);
            let session = timeout_at(until, look_up(ctx, &claims, until)).await.map_err(|_| late())??;
            admit(ctx, &claims, session)
        }
    }
}

/// Whether what is held of the user is no older than what the token and its session say of them.
fn is_current(ctx: &Ctx, claims: &AccessClaims, session: CachedSession) -> bool {
    let newest = claims.access_version.max(session.access_version);
    ctx.mirror.user(claims.user).is_some_and(|card| card.access_version >= newest)
}

/// The session of a token as the store has it, with its user brought up to date.
async fn look_up(ctx: &Ctx, claims: &AccessClaims, until: Instant) -> Result<CachedSession, AppError> {
    let _turn = ctx.mirror.sessions().lookup_turn(claims.session).await;
    // Those who waited for one that was too late must not ask the store one after the other for nothing.
    if Instant::now() >= until {
        return Err(late().into());
    }
    let session = match ctx.mirror.sessions().get(claims.session) {
        SessionState::Revoked => return Err(AppError::TokenRefused),
        SessionState::Open(session) => session,
        SessionState::Unknown(epoch) => {
            let session = read(ctx, claims.session).await?;
            ctx.mirror.sessions().insert(claims.session, session, epoch);
            session
        }
    };
    if session.user == claims.user && !is_current(ctx, claims, session) {
        let grant = authorize(&Actor::system("authentication"), Action::ReadUsers)?;
        let user = ctx.stores.users.user(grant.scope(), claims.user).await?.seen();
        ctx.mirror.update_user(&user.ok_or(AppError::TokenRefused)?);
    }
    Ok(session)
}

fn late() -> StoreError {
    StoreError::Unavailable("a session was not looked up in time".into())
}

async fn read(ctx: &Ctx, id: SessionId) -> Result<CachedSession, AppError> {
    let grant = authorize(&Actor::system("authentication"), Action::ReadUsers)?;
    let found = ctx.stores.sessions.session(grant.scope(), id).await?.seen();
    let open = found.filter(|session| session.ended.is_none());
    open.as_ref().map(CachedSession::from).ok_or(AppError::TokenRefused)
}

fn admit(ctx: &Ctx, claims: &AccessClaims, session: CachedSession) -> Result<Actor, AppError> {
    let card = ctx.mirror.user(claims.user).ok_or(AppError::TokenRefused)?;
    if session.user != claims.user || !card.admits(claims.session, session.access_version) {
        return Err(AppError::TokenRefused);
    }
    let actor = Actor::User(SignedIn {
        id: card.id,
        name: card.name.clone(),
        role: card.role,
        access_version: claims.access_version,
        session: claims.session,
    });
    ctx.current(&actor)
}
