//! Getting new tokens for a refresh token.

use std::time::Duration;

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::Scope;
use crm_domain::form::Form;
use crm_domain::raw::Members;
use crm_domain::session::end::EndReason;
use crm_domain::session::rotation::TokenPlace;
use crm_domain::session::{Outcome, Renewal, Session};
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::auth::login::Device;
use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::ports::tokens::{AccessClaims, ShownRefresh};

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

/// What is to be answered once it is written.
enum Answer {
    Renewed(TokenPair),
    Refused,
}

/// Renews an access token and answers with a new refresh token too. The one that was shown stays good until the new one
/// is shown, so that a client that keeps it goes on working; see [`crm_domain::session::rotation`].
///
/// If two hold tokens of the session, it is ended, and that is written before anybody is answered.
///
/// # Errors
/// [`AppError::TokenRefused`] if the token is none of ours, its session is unknown, ended or run out, its user is not
/// let in any more, or it was stolen.
pub async fn refresh(ctx: &Ctx, body: Members, device: &Device) -> Result<TokenPair, AppError> {
    let mut form = Form::body(body, WRITABLE, &[]);
    let token = form.secret_required("refreshToken");
    let token = SecretString::from(form.finish_with(token)?);
    // A forged token costs nothing but this.
    let shown = ctx.tokens.read_refresh(token.expose_secret()).map_err(|_| AppError::TokenRefused)?;
    let address = device.address.as_deref().unwrap_or_default();
    let mark = ctx.tokens.device_mark(address, device.user_agent.as_deref().unwrap_or_default());
    let system = Actor::system("token refresh");
    let answer = decide(ctx, &system, record(shown).as_slice(), |system| async move {
        let now = ctx.now();
        let grant = authorize(&system, Action::ReadUsers)?;
        let found = find(ctx, grant.scope(), shown).await?;
        let (session, place) = found.ok_or(AppError::TokenRefused)?;
        let user = ctx.stores.users.user(grant.scope(), session.user).await?.seen();
        let user = user.ok_or(AppError::TokenRefused)?.into_record();
        match session.present(&user, place, mark, now, ctx.rules.session_lives) {
            Outcome::Renewed(renewal) => renewed(ctx, &user, &session, &renewal, now),
            Outcome::Theft => {
                let end =
                    Change::EndSession { id: session.id, user: session.user, at: now, why: EndReason::Theft };
                Ok(Decision::commit(Commit::new(ctx.commit_id()).change(end), Answer::Refused))
            }
            Outcome::Dead | Outcome::Expired => Ok(Decision::Answer(Answer::Refused)),
        }
    })
    .await?;
    match answer {
        Answer::Renewed(tokens) => Ok(tokens),
        Answer::Refused => Err(AppError::TokenRefused),
    }
}

fn renewed(
    ctx: &Ctx,
    user: &User,
    session: &Session,
    renewal: &Renewal,
    now: Timestamp,
) -> Result<Decision<Answer>, AppError> {
    let claims = AccessClaims { user: user.id, session: session.id, access_version: user.access_version };
    let access = ctx.tokens.issue(&claims, now).map_err(|error| AppError::Internal(Box::new(error)))?;
    let tokens = TokenPair {
        access_token: access,
        refresh_token: ctx.tokens.refresh_token(&renewal.successor),
        expires_in: ctx.tokens.access_life(),
    };
    if renewal.rotation == session.rotation {
        // That it was used was written down when this successor was minted, just now.
        return Ok(Decision::Answer(Answer::Renewed(tokens)));
    }
    let change = Change::RotateSession {
        id: session.id,
        read: session.rotation,
        put: renewal.rotation,
        expires_at: renewal.expires_at,
        at: now,
    };
    let commit = Commit::new(ctx.commit_id()).expect(Expect::UserActive(user.id)).change(change);
    Ok(Decision::commit(commit, Answer::Renewed(tokens)))
}

/// The session of a token that was shown, and which of its tokens it is.
///
/// # Errors
/// [`AppError::Store`].
pub(super) async fn find(
    ctx: &Ctx,
    scope: &Scope,
    shown: ShownRefresh,
) -> Result<Option<(Session, TokenPlace)>, AppError> {
    Ok(match shown {
        ShownRefresh::Signed(claim) => {
            let session = ctx.stores.sessions.session(scope, claim.session).await?.seen();
            session.map(|session| (session, claim.place))
        }
        ShownRefresh::Opaque(fingerprint) => {
            let session = ctx.stores.sessions.session_by_fingerprint(scope, &fingerprint).await?;
            session.map(|session| (session, TokenPlace::FIRST))
        }
    })
}

/// The session of a token, whose writers wait for each other.
pub(super) fn record(shown: ShownRefresh) -> Option<Uuid> {
    match shown {
        ShownRefresh::Signed(claim) => Some(claim.session.uuid()),
        ShownRefresh::Opaque(_) => None,
    }
}
