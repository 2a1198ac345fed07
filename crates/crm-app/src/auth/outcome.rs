//! What can come of an attempt to sign in: the one place for whoever counts or records it.

use crm_domain::throttle::Judgement;

use crate::auth::login::SignIn;
use crate::error::AppError;

/// What came of an attempt to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInOutcome {
    /// Somebody is signed in.
    SignedIn,
    /// The email or the password is wrong.
    Wrong,
    /// The password is right and the account deactivated.
    Deactivated,
    /// Nobody looked at the password: there were too many failures before.
    Throttled,
    /// The request was none that could be looked at.
    Invalid,
    /// There was no room to look at the password.
    Busy,
    /// Something else failed.
    Failed,
}

impl SignInOutcome {
    /// What came of it.
    pub fn of(result: &Result<SignIn, AppError>) -> Self {
        match result {
            Ok(_) => Self::SignedIn,
            Err(AppError::InvalidCredentials) => Self::Wrong,
            Err(AppError::AccountDisabled) => Self::Deactivated,
            Err(AppError::Throttled { .. }) => Self::Throttled,
            Err(AppError::Invalid(_)) => Self::Invalid,
            Err(AppError::Busy) => Self::Busy,
            Err(
                AppError::TokenRefused
                | AppError::Denied(_)
                | AppError::NotOwner(_)
                | AppError::NotFound(_)
                | AppError::Refused(_)
                | AppError::VersionMismatch { .. }
                | AppError::KeyReused
                | AppError::StillRunning
                | AppError::Store(_)
                | AppError::Internal(_),
            ) => Self::Failed,
        }
    }

    /// As a label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "ok",
            Self::Wrong => "invalid_credentials",
            Self::Deactivated => "account_disabled",
            Self::Throttled => "throttled",
            Self::Invalid => "invalid_input",
            Self::Busy => "busy",
            Self::Failed => "error",
        }
    }

    /// What it is for the throttle: only a wrong password counts against somebody, only a sign-in speaks for them.
    pub fn judgement(self) -> Judgement {
        match self {
            Self::SignedIn => Judgement::Right,
            Self::Wrong => Judgement::Wrong,
            Self::Deactivated | Self::Throttled | Self::Invalid | Self::Busy | Self::Failed => {
                Judgement::Unjudged
            }
        }
    }
}
