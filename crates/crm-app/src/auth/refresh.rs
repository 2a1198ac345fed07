//! Getting a new access token for a refresh token.

use std::time::Duration;

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::form::Form;
use crm_domain::raw::Members;
use secrecy::{ExposeSecret, SecretString};

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::ports::tokens::AccessClaims;

/// The members of the request.
pub const WRITABLE: &[&str] = &["refreshToken"];

/// An access token and the refresh token it can be renewed with.
#[derive(Debug)]
pub struct TokenPair {
    /// The access token.
    pub access_token: SecretString,
    /// The refresh token.
    pub refresh_token: SecretString,
    /// How long the access token is good.
    pub expires_in: Duration,
}

/// Renews an access token. The refresh token stays good, so that a client that keeps it goes on working.
///
/// # Errors
/// [`AppError::TokenRefused`] if the session is unknown, ended or run out, or its user is not let in any more.
pub async fn refresh(ctx: &Ctx, body: Members) -> Result<TokenPair, AppError> {
    let mut form = Form::body(body, WRITABLE, &[]);
    let token = form.secret_required("refreshToken");
    let token = SecretString::from(form.finish_with(token)?);
    let fingerprint = ctx.tokens.fingerprint(token.expose_secret());
    let system = Actor::system("token refresh");
    let (access_token, expires_in) = decide(ctx, &system, &[], |system| async move {
        let now = ctx.now();
        let grant = authorize(&system, Action::ReadUsers)?;
        let session = ctx.stores.sessions.session_by_fingerprint(grant.scope(), &fingerprint).await?;
        let session = session.ok_or(AppError::TokenRefused)?;
        let user = ctx.stores.users.user(grant.scope(), session.user).await?.seen();
        let user = user.ok_or(AppError::TokenRefused)?.into_record();
        if !session.is_live(&user, now) {
            return Err(AppError::TokenRefused);
        }
        let claims = AccessClaims { user: user.id, session: session.id, access_version: user.access_version };
        let access = ctx.tokens.issue(&claims, now).map_err(|error| AppError::Internal(Box::new(error)))?;
        let commit = Commit::new(ctx.commit_id())
            .expect(Expect::UserActive(user.id))
            .change(Change::TouchSession { id: session.id, at: now });
        Ok(Decision::commit(commit, (access, ctx.tokens.access_life())))
    })
    .await?;
    Ok(TokenPair { access_token, refresh_token: token, expires_in })
}
