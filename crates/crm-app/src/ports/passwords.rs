//! Hashing passwords.

use async_trait::async_trait;
use crm_domain::password_hash::PasswordHash;
use secrecy::SecretString;
use thiserror::Error;

/// A password could not be hashed or checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HashError {
    /// Too many wait already.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The hasher failed, or the stored hash is none.
    #[error("the password could not be hashed")]
    Failed,
}

/// Hashes passwords, slowly and off the threads that serve requests.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Passwords: Send + Sync {
    /// A salted hash of the password.
    ///
    /// # Errors
    /// [`HashError`].
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashError>;

    /// Whether the password is the one that was hashed. Without a hash the answer is no. Each check costs what
    /// [`Passwords::hash`] costs today, whatever the hash cost and whether there is one: a client that measures the
    /// time does not learn which emails have an account.
    ///
    /// # Errors
    /// [`HashError`].
    async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> Result<bool, HashError>;

    /// Whether a hash that this password fits should be replaced by one of it: the hash is weaker than
    /// [`Passwords::hash`] would make it today, and all of the password counted when it was checked.
    fn is_outdated(&self, hash: &PasswordHash, password: &SecretString) -> bool;
}
