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
    /// A refresh token was shown that had been replaced: two held tokens of this session.
    Theft,
    /// Its user signed in once more than they may have sessions, and used this one least recently.
    SessionLimit,
}

impl EndReason {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::SignedOut, Self::Ended, Self::Theft, Self::SessionLimit];

    /// Its name in logs and stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Ended => "ended",
            Self::Theft => "theft",
            Self::SessionLimit => "session_limit",
        }
    }

    /// The reason of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}
