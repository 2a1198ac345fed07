//! The current password, which a user gives to change what they sign in with.

use crm_domain::flaw::{FieldErrors, Flaw};
use crm_domain::password_hash::PasswordHash;
use crm_domain::throttle::Judgement;
use crm_domain::user::User;
use secrecy::SecretString;

use crate::auth::login::check_password;
use crate::context::Ctx;
use crate::error::AppError;

/// The member of a request that holds it.
pub const MEMBER: &str = "currentPassword";

/// A current password that was right when it was checked.
pub struct CurrentPassword {
    typed: SecretString,
    checked: PasswordHash,
}

impl CurrentPassword {
    /// Checks that this is the user's password. Wrong ones are counted against the account.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on [`MEMBER`] if it is wrong; [`AppError::Throttled`] if it was wrong too often;
    /// [`AppError::Busy`] if too many are being checked.
    pub async fn check(ctx: &Ctx, user: &User, typed: SecretString) -> Result<Self, AppError> {
        let attempt = ctx.guard.admit_own(user.email.as_str(), user.access_version, ctx.now()).await?;
        let fits = check_password(ctx, &typed, Some(user.password.clone())).await;
        let judgement = match &fits {
            Ok(true) => Judgement::Right,
            Ok(false) => Judgement::Wrong,
            Err(_) => Judgement::Unjudged,
        };
        attempt.settle(judgement, ctx.now());
        if fits? { Ok(Self { typed, checked: user.password.clone() }) } else { Err(wrong()) }
    }

    /// Whether it was checked with the hash that the user has now.
    pub fn is_of(&self, user: &User) -> bool {
        user.password == self.checked
    }

    /// Checks it with another hash, which the user has by now and which may be of the same password: a sign-in replaces an
    /// outdated one. To be done before a transaction, as it takes long.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on [`MEMBER`] if it is wrong; [`AppError::Busy`] if too many are being checked.
    pub async fn check_again(self, ctx: &Ctx, hash: PasswordHash) -> Result<Self, AppError> {
        if check_password(ctx, &self.typed, Some(hash.clone())).await? {
            Ok(Self { checked: hash, ..self })
        } else {
            Err(wrong())
        }
    }
}

/// The error of a request that needs the current password and has none.
pub fn missing() -> AppError {
    let flaw = Flaw::new("required", "is needed to change your own email or password");
    FieldErrors::one(MEMBER, flaw).into()
}

fn wrong() -> AppError {
    FieldErrors::one(MEMBER, Flaw::new("wrong_password", "is not your password")).into()
}
