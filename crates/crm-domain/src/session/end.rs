//! How a session ends before its time.

use crate::timestamp::Timestamp;

/// When a session was ended, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionEnd {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: EndReason,
}

/// Why a session was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Its user signed out.
    SignedOut,
    /// Its user ended it from another session, or it ended before reasons were written down.
    Ended,
    /// Its user chose another password elsewhere.
    PasswordChanged,
    /// A refresh token was shown that had been replaced: two held tokens of this session.
    Theft,
}

impl EndReason {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::SignedOut, Self::Ended, Self::PasswordChanged, Self::Theft];

    /// Its name in logs and stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Ended => "ended",
            Self::PasswordChanged => "password_changed",
            Self::Theft => "theft",
        }
    }

    /// The reason of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}
