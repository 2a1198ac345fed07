//! Making and reading tokens.

use std::time::Duration;

use crm_domain::ids::{SessionId, UserId};
use crm_domain::session::RefreshFingerprint;
use crm_domain::timestamp::Timestamp;
use secrecy::SecretString;
use thiserror::Error;

/// What an access token says. The role is not in it: that is ours to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessClaims {
    /// Whose it is.
    pub user: UserId,
    /// The session it belongs to.
    pub session: SessionId,
    /// The user's access version when it was made.
    pub access_version: u32,
}

/// An access token is not to be believed. Which of the many reasons is not told to anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the access token is not valid")]
pub struct TokenFlaw;

/// The token could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no token could be made")]
pub struct TokenFailure;

/// A new refresh token and what is kept of it.
#[derive(Debug, Clone)]
pub struct NewRefreshToken {
    /// The token, for the client only.
    pub token: SecretString,
    /// Its fingerprint, for the store.
    pub fingerprint: RefreshFingerprint,
}

/// Makes and reads tokens.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Tokens: Send + Sync {
    /// A signed access token (JWT, RFC 7519) that is good from `now` for [`Tokens::access_life`].
    ///
    /// # Errors
    /// [`TokenFailure`] if it cannot be signed.
    fn issue(&self, claims: &AccessClaims, now: Timestamp) -> Result<SecretString, TokenFailure>;

    /// What an access token says, if it is ours and good now.
    ///
    /// # Errors
    /// [`TokenFlaw`] if anything at all is wrong with it.
    fn read(&self, token: &str, now: Timestamp) -> Result<AccessClaims, TokenFlaw>;

    /// How long an access token is good.
    fn access_life(&self) -> Duration;

    /// A new refresh token: opaque and unguessable.
    ///
    /// # Errors
    /// [`TokenFailure`] if there is no randomness to be had.
    fn mint_refresh(&self) -> Result<NewRefreshToken, TokenFailure>;

    /// The fingerprint of a refresh token that a client showed.
    fn fingerprint(&self, refresh: &str) -> RefreshFingerprint;
}
