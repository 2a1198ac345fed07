//! Why a command did not do what was asked, in words for whoever typed it.

use std::process::ExitCode;

use crm_app::error::AppError;
use thiserror::Error;

use crate::settings::problem::SettingsError;

/// A cause, shown behind the text.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A command did not do what was asked.
#[derive(Debug, Error)]
pub enum CommandError {
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(SettingsError),
    /// The command was not given what it needs, or says no.
    #[error("{0}")]
    Usage(String),
    /// It was tried and did not work.
    #[error("{what}")]
    Failed {
        /// What did not work.
        what: String,
        /// Why.
        #[source]
        cause: Cause,
    },
}

impl CommandError {
    /// It was tried and did not work.
    pub fn failed(what: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Self::Failed { what: what.into(), cause: cause.into() }
    }

    /// What the program ends with: 2 where another command line or other settings would help, else 1.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Settings(_) | Self::Usage(_) => ExitCode::from(2),
            Self::Failed { .. } => ExitCode::FAILURE,
        }
    }
}

impl From<SettingsError> for CommandError {
    fn from(error: SettingsError) -> Self {
        Self::Settings(error)
    }
}

/// An error and its causes in one line.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

/// What a use case says, for a person: every bad field by its name.
pub fn of_use_case(what: &str, error: AppError) -> CommandError {
    match error {
        AppError::Invalid(flaws) => {
            let flaws: Vec<String> = flaws.iter().map(|flaw| format!("{} {}", flaw.path, flaw.msg)).collect();
            CommandError::Usage(format!("{what}: {}", flaws.join("; ")))
        }
        refused @ (AppError::Refused(_) | AppError::NotFound(_)) => {
            CommandError::Usage(format!("{what}: {refused}"))
        }
        other @ (AppError::InvalidCredentials
        | AppError::Throttled { .. }
        | AppError::TokenRefused
        | AppError::AccountDisabled
        | AppError::Denied(_)
        | AppError::NotOwner(_)
        | AppError::VersionMismatch { .. }
        | AppError::KeyReused
        | AppError::StillRunning
        | AppError::Busy
        | AppError::Store(_)
        | AppError::Internal(_)) => CommandError::failed(what, other),
    }
}
