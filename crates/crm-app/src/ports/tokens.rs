//! Making and reading tokens.

use std::time::Duration;

use crm_domain::ids::{SessionId, UserId};
use crm_domain::session::RefreshFingerprint;
use crm_domain::session::rotation::{DeviceMark, RefreshClaim};
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

/// What a refresh token that a client showed is, as far as can be told without the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownRefresh {
    /// It is ours: it says its session and its place there.
    Signed(RefreshClaim),
    /// It looks like the first kind of refresh token, which said nothing: the store may know its fingerprint.
    Opaque(RefreshFingerprint),
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

    /// The refresh token that says this, always the same one: nothing of it needs to be kept.
    fn refresh_token(&self, claim: &RefreshClaim) -> SecretString;

    /// What a refresh token says, if it can be one of ours.
    ///
    /// # Errors
    /// [`TokenFlaw`] if anything at all is wrong with it: it was forged, and no store needs to be asked.
    fn read_refresh(&self, token: &str) -> Result<ShownRefresh, TokenFlaw>;

    /// The fingerprint of a refresh token.
    fn fingerprint(&self, token: &str) -> RefreshFingerprint;

    /// What a device with this address and name is recognised by; what is not known is empty.
    fn device_mark(&self, address: &str, user_agent: &str) -> DeviceMark;
}
