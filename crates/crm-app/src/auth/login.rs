//! Signing in.

use std::time::Duration;

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::activity::EntityRef;
use crm_domain::flaw::Flaw;
use crm_domain::form::Form;
use crm_domain::raw::Members;
use crm_domain::session::Session;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::version::Versioned;
use secrecy::SecretString;

use crate::auth::refresh::TokenPair;
use crate::commit::Commit;
use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::ports::passwords::HashError;
use crate::ports::tokens::AccessClaims;

/// The members of the request.
pub const WRITABLE: &[&str] = &["email", "password"];

/// The longest user agent that is kept, in characters.
const USER_AGENT: usize = 300;

/// The longest password that is worth hashing, in bytes. None that is set is longer.
const LONGEST_PASSWORD: usize = 1024;

/// What is known of the device that signs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// Its address.
    pub address: Option<String>,
    /// What it calls itself.
    pub user_agent: Option<String>,
}

/// A sign-in: tokens, and whose they are.
#[derive(Debug)]
pub struct SignIn {
    /// The tokens.
    pub tokens: TokenPair,
    /// The user.
    pub user: Versioned<User>,
}

/// Signs in with email and password.
///
/// An unknown email and a wrong password get the same answer at the same cost. Passwords are taken exactly as sent. A
/// hash that is weaker than those made today is replaced in the commit that begins the session.
///
/// # Errors
/// [`AppError::InvalidCredentials`]; [`AppError::AccountDisabled`] for the right password of a deactivated account;
/// [`AppError::Invalid`] if a member is missing or no text; [`AppError::Busy`] if too many sign in at once.
pub async fn login(ctx: &Ctx, body: Members, device: Device) -> Result<SignIn, AppError> {
    let mut form = Form::body(body, WRITABLE, &[]);
    let email = form.required("email", |text| Ok::<_, Flaw>(Email::parse(text).ok()));
    let password = form.secret_required("password");
    let (email, password) = form.finish_with(email.zip(password))?;
    let system = Actor::system("sign-in");
    let (email, password, device) = (&email, &SecretString::from(password), &device);
    decide(ctx, &system, &[], |system| async move {
        let grant = authorize(&system, Action::ReadUsers)?;
        let user = match email {
            Some(email) => ctx.stores.users.user_by_email(grant.scope(), email).await?,
            None => None,
        };
        let user = verified(ctx, user, password).await?;
        if !user.record().active {
            return Err(AppError::AccountDisabled);
        }
        let renewed = renewed(ctx, user.record(), password).await;
        let (session, tokens) = open_session(ctx, user.record(), device)?;
        let commit = Commit::new(ctx.commit_id())
            .expect(Expect::Unchanged(EntityRef::User(user.record().id), user.version()))
            .change(Change::InsertSession(session));
        let commit = renewed.into_iter().fold(commit, Commit::change);
        Ok(Decision::commit(commit, SignIn { tokens, user }))
    })
    .await
}

async fn verified(
    ctx: &Ctx,
    user: Option<Versioned<User>>,
    password: &SecretString,
) -> Result<Versioned<User>, AppError> {
    let hash = user.as_ref().map(|user| user.record().password.clone());
    match (check_password(ctx, password, hash).await?, user) {
        (true, Some(user)) => Ok(user),
        (_, _) => Err(AppError::InvalidCredentials),
    }
}

/// A hash as it would be made today, in the place of one that is outdated. Nobody is kept out because there was no time
/// for it: the next sign-in tries again.
async fn renewed(ctx: &Ctx, user: &User, password: &SecretString) -> Option<Change> {
    if !ctx.passwords.is_outdated(&user.password) {
        return None;
    }
    let to = ctx.passwords.hash(password.clone()).await.ok()?;
    Some(Change::RenewHash { user: user.id, from: user.password.clone(), to })
}

/// Whether the password fits the hash; without a hash it never does, at the same cost.
///
/// # Errors
/// [`AppError::Busy`] if too many are being checked; [`AppError::Internal`] if the hash is none.
pub async fn check_password(
    ctx: &Ctx,
    password: &SecretString,
    hash: Option<crm_domain::password_hash::PasswordHash>,
) -> Result<bool, AppError> {
    let too_long = secrecy::ExposeSecret::expose_secret(password).len() > LONGEST_PASSWORD;
    let (password, hash) =
        if too_long { (SecretString::from(String::new()), None) } else { (password.clone(), hash) };
    ctx.passwords.verify(password, hash).await.map_err(of_hasher)
}

/// What a failed hash means for the caller.
pub fn of_hasher(error: HashError) -> AppError {
    match error {
        HashError::Busy => AppError::Busy,
        HashError::Failed => AppError::Internal(Box::new(error)),
    }
}

fn open_session(ctx: &Ctx, user: &User, device: &Device) -> Result<(Session, TokenPair), AppError> {
    let now = ctx.now();
    let refresh = ctx.tokens.mint_refresh().map_err(|error| AppError::Internal(Box::new(error)))?;
    let session = Session {
        id: ctx.mint(),
        user: user.id,
        fingerprint: refresh.fingerprint,
        access_version: user.access_version,
        created_at: now,
        last_used_at: now,
        expires_at: now.plus(ctx.rules.session_life),
        address: device.address.clone(),
        user_agent: device.user_agent.as_deref().map(|agent| agent.chars().take(USER_AGENT).collect()),
        ended_at: None,
    };
    let claims = AccessClaims { user: user.id, session: session.id, access_version: user.access_version };
    let access = ctx.tokens.issue(&claims, now).map_err(|error| AppError::Internal(Box::new(error)))?;
    let expires_in: Duration = ctx.tokens.access_life();
    Ok((session, TokenPair { access_token: access, refresh_token: refresh.token, expires_in }))
}
