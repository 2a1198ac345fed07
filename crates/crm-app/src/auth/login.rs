//! Signing in.

use std::time::Duration;

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::activity::EntityRef;
use crm_domain::audit::AuditKind;
use crm_domain::flaw::Flaw;
use crm_domain::form::Form;
use crm_domain::ids::UserId;
use crm_domain::password_hash::PasswordHash;
use crm_domain::raw::Members;
use crm_domain::session::Session;
use crm_domain::session::end::EndReason;
use crm_domain::session::rotation::{RefreshClaim, Rotation, TokenPlace};
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::password::NewPassword;
use crm_domain::version::Versioned;
use parking_lot::Mutex;
use secrecy::SecretString;

use crate::audit::note::Note;
use crate::auth::outcome::SignInOutcome;
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

/// At most so many sessions over the limit are ended by one sign-in; more there are only if the limit was lowered.
const MOST_ENDED: usize = 100;

/// The longest password that is worth hashing, in bytes. None that is set is longer.
const LONGEST_PASSWORD: usize = 1024;

/// How often a password is checked in one request whose user gets another hash again and again meanwhile.
pub(crate) const MOST_CHECKS: u32 = 4;

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
/// An unknown email and a wrong password get the same answer at the same cost, and count alike: who fails too often has
/// to wait, and no password is looked at meanwhile. Passwords are taken exactly as sent. A hash that is weaker than
/// those made today is replaced in the commit that begins the session; the new one is made before. Where the user has as many
/// sessions as they may have, that commit ends those that were used least recently; sign-ins that race may leave a few more
/// until the next one.
///
/// # Errors
/// [`AppError::InvalidCredentials`]; [`AppError::Throttled`]; [`AppError::AccountDisabled`] for the right password of a
/// deactivated account; [`AppError::Invalid`] if a member is missing or no text; [`AppError::Busy`] if too many sign in
/// at once.
pub async fn login(ctx: &Ctx, body: Members, device: Device) -> Result<SignIn, AppError> {
    let credentials = Credentials::read(body)?;
    let user = credentials.find(ctx, &Actor::system("sign-in")).await?;
    let access_version = user.as_ref().map_or(0, |user| user.record().access_version);
    let address = device.address.as_deref();
    let admitted = ctx.guard.admit_sign_in(credentials.claimed(), access_version, address, ctx.now());
    let attempt = match admitted.await {
        Ok(attempt) => attempt,
        Err(error @ AppError::Throttled { .. }) => {
            return tell_refused(ctx, user.as_ref().map(Versioned::record), error);
        }
        Err(error) => return Err(error),
    };
    let result = sign_in(ctx, &credentials, user, &device).await;
    attempt.settle(SignInOutcome::of(&result).judgement(), ctx.now());
    result
}

/// What a client says to be let in.
struct Credentials {
    sent: String,
    email: Option<Email>,
    password: SecretString,
}

impl Credentials {
    fn read(body: Members) -> Result<Self, AppError> {
        let mut form = Form::body(body, WRITABLE, &[]);
        let email = form.required("email", |text| Ok::<_, Flaw>((text.to_owned(), Email::parse(text).ok())));
        let password = form.secret_required("password");
        let ((sent, email), password) = form.finish_with(email.zip(password))?;
        Ok(Self { sent, email, password: SecretString::from(password) })
    }

    /// The email as the failures of its account are counted, whether there is one or not.
    fn claimed(&self) -> &str {
        self.email.as_ref().map_or(&self.sent, Email::as_str)
    }

    async fn find(&self, ctx: &Ctx, system: &Actor) -> Result<Option<Versioned<User>>, AppError> {
        let grant = authorize(system, Action::ReadUsers)?;
        match &self.email {
            Some(email) => Ok(ctx.stores.users.user_by_email(grant.scope(), email).await?),
            None => Ok(None),
        }
    }
}

/// What came of an attempt to begin a session.
enum Begun {
    SignedIn(Box<SignIn>),
    /// The account has another password hash by now, or is gone: the password must fit that one.
    PasswordChanged(Option<Versioned<User>>),
}

async fn sign_in(
    ctx: &Ctx,
    credentials: &Credentials,
    found: Option<Versioned<User>>,
    device: &Device,
) -> Result<SignIn, AppError> {
    let mut found = found;
    for _ in 0..MOST_CHECKS {
        let checked = verified(ctx, found, &credentials.password).await?;
        let renewed = renewed(ctx, checked.record(), &credentials.password).await;
        match begin_session(ctx, credentials, checked, renewed.as_ref(), device).await? {
            Begun::SignedIn(sign_in) => return Ok(*sign_in),
            Begun::PasswordChanged(user) => found = user,
        }
    }
    Err(AppError::Busy)
}

/// Begins a session of a user whose password was checked, with the new hash if there is one. No password is checked or
/// hashed here: that takes longer than a transaction may.
async fn begin_session(
    ctx: &Ctx,
    credentials: &Credentials,
    checked: Versioned<User>,
    renewed: Option<&Change>,
    device: &Device,
) -> Result<Begun, AppError> {
    let first = Mutex::new(Some(checked.clone()));
    let (first, checked) = (&first, &checked.record().password);
    decide(ctx, &Actor::system("sign-in"), &[], |system| async move {
        let read = first.lock().take();
        let user = match read {
            Some(user) => user,
            // Something has changed meanwhile; a user who has another password now must know that one.
            None => match credentials.find(ctx, &system).await? {
                Some(user) if user.record().password == *checked => user,
                other => return Ok(Decision::Answer(Begun::PasswordChanged(other))),
            },
        };
        if !user.record().active {
            return tell_refused(ctx, Some(user.record()), AppError::AccountDisabled);
        }
        let (session, tokens) = open_session(ctx, user.record(), device)?;
        let commit = Commit::new(ctx.commit_id())
            .expect(Expect::Unchanged(EntityRef::User(user.record().id), user.version()))
            .change(Change::InsertSession(session));
        let commit = renewed.cloned().into_iter().fold(commit, Commit::change);
        let over = over_the_limit(ctx, &system, user.record().id).await?;
        let commit = over.into_iter().fold(commit, Commit::change);
        Ok(Decision::commit(commit, Begun::SignedIn(Box::new(SignIn { tokens, user }))))
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
        (_, user) => tell_refused(ctx, user.as_ref().map(Versioned::record), AppError::InvalidCredentials),
    }
}

/// Refuses a sign-in, and tells the audit log: of whose account, if there is one, and never what was typed.
fn tell_refused<T>(ctx: &Ctx, user: Option<&User>, error: AppError) -> Result<T, AppError> {
    let (kind, reason) = match (&error, user) {
        (AppError::Throttled { .. }, _) => (AuditKind::SignInThrottled, "too many failures"),
        (AppError::AccountDisabled, _) => (AuditKind::SignInFailed, "account deactivated"),
        (_, Some(_)) => (AuditKind::SignInFailed, "wrong password"),
        (_, None) => (AuditKind::SignInFailed, "no such account"),
    };
    let note = Note::new(kind).with("reason", reason);
    ctx.trail.record(ctx, user.into_iter().fold(note, |note, user| note.about(user.id)));
    Err(error)
}

/// A hash as it would be made today, in the place of one that is outdated. Nobody is kept out because there was no time
/// for it: the next sign-in tries again.
async fn renewed(ctx: &Ctx, user: &User, password: &SecretString) -> Option<Change> {
    if !user.active || !ctx.passwords.is_outdated(&user.password, password) {
        return None;
    }
    let to = ctx.passwords.hash(password.clone()).await.ok()?;
    Some(Change::RenewHash { user: user.id, from: user.password.clone(), to })
}

/// Whether the password fits the hash; without a hash it never does, at the same cost. To be done before [`decide`].
///
/// # Errors
/// [`AppError::Busy`] if too many are being checked; [`AppError::Internal`] if the hash is none.
pub async fn check_password(
    ctx: &Ctx,
    password: &SecretString,
    hash: Option<PasswordHash>,
) -> Result<bool, AppError> {
    let too_long = secrecy::ExposeSecret::expose_secret(password).len() > LONGEST_PASSWORD;
    let (password, hash) =
        if too_long { (SecretString::from(String::new()), None) } else { (password.clone(), hash) };
    ctx.passwords.verify(password, hash).await.map_err(of_hasher)
}

/// The hash of a new password. To be made before [`decide`].
///
/// # Errors
/// [`AppError::Busy`] if too many are being hashed; [`AppError::Internal`] if the hasher fails.
pub async fn hash_password(ctx: &Ctx, password: &NewPassword) -> Result<PasswordHash, AppError> {
    ctx.passwords.hash(SecretString::from(password.expose())).await.map_err(of_hasher)
}

fn of_hasher(error: HashError) -> AppError {
    match error {
        HashError::Busy => AppError::Busy,
        HashError::Failed => AppError::Internal(Box::new(error)),
    }
}

/// The ends of the sessions that must make room for one more.
async fn over_the_limit(ctx: &Ctx, system: &Actor, user: UserId) -> Result<Vec<Change>, AppError> {
    let grant = authorize(system, Action::ReadUsers)?;
    let now = ctx.now();
    let mut open = ctx.stores.sessions.open_sessions(grant.scope(), user, now).await?;
    let room = usize::try_from(ctx.rules.max_sessions).unwrap_or(usize::MAX).saturating_sub(1);
    let over = open.len().saturating_sub(room).min(MOST_ENDED);
    // Last used first.
    let over = open.split_off(open.len().saturating_sub(over));
    let end = |session: Session| Change::EndSession {
        id: session.id,
        user: session.user,
        at: now,
        why: EndReason::SessionLimit,
    };
    Ok(over.into_iter().map(end).collect())
}

fn open_session(ctx: &Ctx, user: &User, device: &Device) -> Result<(Session, TokenPair), AppError> {
    let (now, id) = (ctx.now(), ctx.mint());
    let refresh = ctx.tokens.refresh_token(&RefreshClaim { session: id, place: TokenPlace::FIRST });
    let session = Session {
        id,
        user: user.id,
        fingerprint: ctx.tokens.fingerprint(secrecy::ExposeSecret::expose_secret(&refresh)),
        rotation: Rotation::BEGUN,
        access_version: user.access_version,
        created_at: now,
        last_used_at: now,
        expires_at: now.plus(ctx.rules.session_lives.idle),
        address: device.address.clone(),
        user_agent: device.user_agent.as_deref().map(|agent| agent.chars().take(USER_AGENT).collect()),
        ended: None,
    };
    let claims = AccessClaims { user: user.id, session: session.id, access_version: user.access_version };
    let access = ctx.tokens.issue(&claims, now).map_err(|error| AppError::Internal(Box::new(error)))?;
    let expires_in: Duration = ctx.tokens.access_life();
    Ok((session, TokenPair { access_token: access, refresh_token: refresh, expires_in }))
}
