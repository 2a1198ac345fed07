//! What happened that bears on security: who came in, who was turned away, and what became of accounts and keys.
//!
//! Beside the activity feed, which tells users what became of their records, this is a log for admins and auditors. It
//! only grows at its end; how its entries hold together so that nobody changes it unseen is in [`chain`].

pub mod chain;
pub mod verdict;

use std::collections::BTreeMap;

use crate::flaw::Flaw;
use crate::ids::{AuditId, SessionId, UserId};
use crate::timestamp::Timestamp;

macro_rules! audit_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AuditKind { $($(#[$doc])* $variant,)* }

        impl AuditKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name on the wire and in the log. One that was used never means anything else.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

audit_kinds! {
    /// Somebody signed in.
    SignInOk = "sign_in_ok";
    /// A sign-in was refused: wrong password, unknown account, deactivated account.
    SignInFailed = "sign_in_failed";
    /// A sign-in was not even tried, since too many had failed before.
    SignInThrottled = "sign_in_throttled";
    /// A refresh token was shown that a newer one had replaced: two hold what one should.
    RefreshTheft = "refresh_theft";
    /// A session was ended before its time.
    SessionEnded = "session_ended";
    /// An account was made.
    UserCreated = "user_created";
    /// An account's name, email or password was changed, or it was let in again.
    UserChanged = "user_changed";
    /// An account was deactivated.
    UserDeactivated = "user_deactivated";
    /// An account got another role.
    RoleChanged = "role_changed";
    /// Tokens are signed with another key from now on.
    KeysRotated = "keys_rotated";
    /// A request was refused: the token was none, or the role or the record did not allow it.
    AccessRefused = "access_refused";
    /// The oldest entries were removed, as old as the settings say.
    LogPruned = "log_pruned";
    /// Events could not be written down one by one; this entry says how many.
    EventsMissed = "events_missed";
}

impl AuditKind {
    /// Reads a kind's name.
    ///
    /// # Errors
    /// `invalid` if it is none of them.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        let found = Self::ALL.iter().copied().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            Flaw::new("invalid", format!("must be one of: {}", names.join(", ")))
        })
    }
}

/// Who did something, as they were then.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AuditActor {
    /// The user; none for the system itself.
    pub id: Option<UserId>,
    /// Their name then, or why the system did it.
    pub name: String,
}

/// What else is known: short names and texts, never a secret.
pub type Details = BTreeMap<String, String>;

/// One thing that happened, before it has its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its id.
    pub id: AuditId,
    /// When; the first time, if it stands for several.
    pub at: Timestamp,
    /// What.
    pub kind: AuditKind,
    /// Who did it; nobody if that is not known, as with a wrong password.
    pub actor: Option<AuditActor>,
    /// The account that it is about.
    pub subject: Option<UserId>,
    /// The session that it is about.
    pub session: Option<SessionId>,
    /// The address that the request came from.
    pub address: Option<String>,
    /// The request's id, by which it is found in the server's own log.
    pub request_id: Option<String>,
    /// How many that were alike it stands for; at least 1.
    pub count: u32,
    /// What else is known.
    pub details: Details,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_of_entries_are_those_of_the_wire() {
        let names: Vec<&str> = AuditKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(
            names,
            [
                "sign_in_ok",
                "sign_in_failed",
                "sign_in_throttled",
                "refresh_theft",
                "session_ended",
                "user_created",
                "user_changed",
                "user_deactivated",
                "role_changed",
                "keys_rotated",
                "access_refused",
                "log_pruned",
                "events_missed",
            ]
        );
        for kind in AuditKind::ALL {
            assert_eq!(AuditKind::parse(kind.as_str()), Ok(*kind));
        }
        for text in ["", "sign_in", "Sign_In_Ok", " sign_in_ok"] {
            assert_eq!(AuditKind::parse(text).unwrap_err().code, "invalid", "{text}");
        }
    }
}
