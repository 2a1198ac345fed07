//! Errors in a few words, so that tests compare them whole.

use crm_app::error::{AppError, StoreError};

/// Why it was refused; of invalid input every bad member with its code, in order.
///
/// # Panics
/// If it was not refused.
pub(crate) fn why<T>(result: Result<T, AppError>) -> String {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => words(&error),
    }
}

fn words(error: &AppError) -> String {
    match error {
        AppError::InvalidCredentials => "invalid credentials".to_owned(),
        AppError::Throttled { wait } => format!("throttled for {} s", wait.as_secs()),
        AppError::TokenRefused => "token refused".to_owned(),
        AppError::AccountDisabled => "account disabled".to_owned(),
        AppError::Denied(_) => "denied".to_owned(),
        AppError::NotOwner(what) => format!("not owner of {what}"),
        AppError::NotFound(what) => format!("no {what}"),
        AppError::Invalid(errors) => {
            let flaws = errors.iter().map(|error| format!("{}: {}", error.path, error.code));
            flaws.collect::<Vec<_>>().join(", ")
        }
        AppError::Refused(refusal) => refusal.code().to_owned(),
        AppError::VersionMismatch { current } => format!("at version {current}"),
        AppError::KeyReused => "key reused".to_owned(),
        AppError::StillRunning => "still running".to_owned(),
        AppError::Busy => "busy".to_owned(),
        AppError::Store(StoreError::Unavailable(_)) => "store unavailable".to_owned(),
        AppError::Store(StoreError::OutcomeUnknown(_)) => "outcome unknown".to_owned(),
        AppError::Store(StoreError::Full) => "store full".to_owned(),
        AppError::Store(StoreError::Corrupt { what, id, .. }) => format!("corrupt {what} {id}"),
        AppError::Internal(cause) => format!("internal: {cause}"),
    }
}

/// A store that cannot be reached.
pub(crate) fn unavailable() -> StoreError {
    StoreError::Unavailable("the cable is out".into())
}

/// A store that holds something unreadable.
pub(crate) fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt { what, id: "x".to_owned(), cause: "no such status".into() }
}
