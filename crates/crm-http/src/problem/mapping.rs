//! What a use case's refusal is on the wire.

use std::time::Duration;

use crm_app::error::{AppError, StoreError};
use crm_domain::refusal::Refusal;

use crate::problem::Problem;
use crate::problem::kind::Kind;

/// Seconds after which a store that did not answer may be asked again.
const STORE_PAUSE: u32 = 2;
/// Seconds after which a record that was too busy may be tried again.
const BUSY_PAUSE: u32 = 1;

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::InvalidCredentials => {
                Self::new(Kind::INVALID_CREDENTIALS, "email or password is wrong")
            }
            AppError::Throttled { wait } => {
                Self::new(Kind::TOO_MANY_ATTEMPTS, "too many attempts have failed: wait a while")
                    .retry_after(whole_seconds(wait))
            }
            AppError::TokenRefused => Self::new(Kind::INVALID_TOKEN, "the token is not valid (any more)"),
            AppError::AccountDisabled => Self::new(Kind::ACCOUNT_DISABLED, "this account is deactivated"),
            AppError::Denied(denied) => Self::new(Kind::FORBIDDEN, denied.to_string()),
            AppError::NotOwner(what) => {
                Self::new(Kind::NOT_OWNER, format!("this {what} belongs to somebody else"))
            }
            AppError::NotFound(what) => Self::new(Kind::NOT_FOUND, format!("no such {what}")),
            AppError::Invalid(errors) => Self::invalid(errors),
            AppError::Refused(refusal) => Self::new(kind_of(refusal), refusal.to_string()),
            AppError::VersionMismatch { current } => Self::version_mismatch(current),
            AppError::KeyReused => {
                Self::new(Kind::KEY_REUSED, "this key was used for another request: take a new one")
            }
            AppError::StillRunning => {
                Self::new(Kind::STILL_RUNNING, "a request with this key is being answered: ask again")
                    .retry_after(BUSY_PAUSE)
            }
            AppError::Busy => {
                Self::new(Kind::BUSY, "too many want the same right now: try again").retry_after(BUSY_PAUSE)
            }
            AppError::Store(error) => from_store(error),
            AppError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        from_store(error)
    }
}

/// Waiting so long is enough: the part of a second that is left is waited as a whole one.
fn whole_seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1)
}

fn from_store(error: StoreError) -> Problem {
    match error {
        StoreError::Unavailable(_) => {
            Problem::new(Kind::UNAVAILABLE, "the store does not answer right now: try again")
                .retry_after(STORE_PAUSE)
                .caused_by(error.into())
        }
        StoreError::OutcomeUnknown(_) => Problem::new(
            Kind::OUTCOME_UNKNOWN,
            "the store did not answer in time: whether this was done is not known; look before you repeat it",
        )
        .retry_after(STORE_PAUSE)
        .caused_by(error.into()),
        StoreError::Full => {
            Problem::new(Kind::STORE_FULL, "there is no room left to write").caused_by(error.into())
        }
        StoreError::Corrupt { .. } => Problem::internal(error.into()),
    }
}

fn kind_of(refusal: Refusal) -> Kind {
    match refusal {
        Refusal::EmailTaken => Kind::EMAIL_TAKEN,
        Refusal::LastAdmin => Kind::LAST_ADMIN,
        Refusal::SelfDemotion => Kind::SELF_DEMOTION,
        Refusal::SelfDeactivation => Kind::SELF_DEACTIVATION,
        Refusal::AlreadyConverted(_) => Kind::ALREADY_CONVERTED,
        Refusal::CustomerDeleted => Kind::CUSTOMER_DELETED,
        Refusal::AlreadySetUp => Kind::ALREADY_SET_UP,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_its_own_code() {
        let refusals = [
            Refusal::EmailTaken,
            Refusal::LastAdmin,
            Refusal::SelfDemotion,
            Refusal::SelfDeactivation,
            Refusal::CustomerDeleted,
            Refusal::AlreadySetUp,
        ];
        for refusal in refusals {
            let problem = Problem::from(AppError::Refused(refusal));
            assert_eq!((problem.kind().status, problem.kind().code), (409, refusal.code()));
        }
    }

    #[test]
    fn whoever_waits_as_long_as_they_are_told_has_waited_long_enough() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (900_000, 900)] {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds);
        }
    }

    #[test]
    fn what_is_wrong_with_the_store_is_for_the_log_only() {
        let cause = || "mongodb://user:secret@host refused".into();
        let corrupt = StoreError::Corrupt { what: "lead", id: "7".into(), cause: cause() };
        let unknown = StoreError::OutcomeUnknown(cause());
        for error in [StoreError::Unavailable(cause()), unknown, StoreError::Full, corrupt] {
            let problem = Problem::from(error);
            assert!(problem.kind().status >= 500);
            assert!(!problem.detail().contains("secret"));
            assert!(problem.cause().is_some());
        }
    }
}
