//! What can go wrong in a use case, and in a store.

use std::time::Duration;

use crm_domain::access::policy::Denied;
use crm_domain::flaw::FieldErrors;
use crm_domain::refusal::Refusal;
use crm_domain::version::Version;
use thiserror::Error;

/// A cause kept for the log; never shown to a client.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A store could not answer.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It cannot be reached, did not answer in time, or is shutting down.
    #[error("the store is unavailable")]
    Unavailable(#[source] Cause),
    /// It did not say in time, or before the connection broke, whether what was to be written is written.
    #[error("the store did not say whether it was written")]
    OutcomeUnknown(#[source] Cause),
    /// There is no room left to write.
    #[error("the store is full")]
    Full,
    /// A stored record cannot be read back as what it should be.
    #[error("stored {what} {id} cannot be read")]
    Corrupt {
        /// The kind of record.
        what: &'static str,
        /// Its id, or as much of it as could be read.
        id: String,
        /// What is wrong with it.
        #[source]
        cause: Cause,
    },
}

/// A use case did not do what was asked.
#[derive(Debug, Error)]
pub enum AppError {
    /// The email or the password is wrong; which of them is nobody's business.
    #[error("email or password is wrong")]
    InvalidCredentials,
    /// Too many passwords were wrong; this one was not looked at.
    #[error("too many attempts have failed")]
    Throttled {
        /// How long to wait.
        wait: Duration,
    },
    /// The token is missing, malformed, expired or revoked.
    #[error("the token is not valid (any more)")]
    TokenRefused,
    /// The password is right and the account deactivated.
    #[error("this account is deactivated")]
    AccountDisabled,
    /// The role does not allow it.
    #[error(transparent)]
    Denied(Denied),
    /// The record belongs to somebody else.
    #[error("this {0} belongs to somebody else")]
    NotOwner(&'static str),
    /// There is no such record.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The input is wrong; every bad field is named.
    #[error("the input is not valid")]
    Invalid(FieldErrors),
    /// The state of things does not allow it.
    #[error(transparent)]
    Refused(Refusal),
    /// The client expected another version.
    #[error("the record has changed: it is at version {current} now")]
    VersionMismatch {
        /// The version that the record has.
        current: Version,
    },
    /// Something else was done under this key.
    #[error("the key was used for another request")]
    KeyReused,
    /// A request with this key is being answered.
    #[error("a request with this key is being answered")]
    StillRunning,
    /// Too many others want the same; asking again later helps.
    #[error("too busy right now")]
    Busy,
    /// The store could not answer.
    #[error(transparent)]
    Store(StoreError),
    /// Something that should not be possible; the cause is for the log.
    #[error("an internal error")]
    Internal(#[source] Cause),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<FieldErrors> for AppError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<Denied> for AppError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
