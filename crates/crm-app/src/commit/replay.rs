//! The answer that is kept with a commit, so that a repeated request gets it again.

use std::time::Duration;

use crm_domain::ids::UserId;
use crm_domain::timestamp::Timestamp;

/// Identifies a request that may be repeated (`Idempotency-Key`), per user, method and path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReplayKey {
    /// Who asked.
    pub user: UserId,
    /// The HTTP method and the path asked for.
    pub target: String,
    /// The key that the client chose.
    pub key: String,
}

/// An answer to keep: written with the effect it belongs to or not at all.
///
/// A store MUST keep one answer for a key: the first. One that has run out by the moment from which the new one is kept
/// ([`Replay::kept_from`]) MUST make room for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The request it answers.
    pub key: ReplayKey,
    /// A keyed hash of who asked and of what was sent; bodies hold passwords, which a plain hash would give away.
    pub body_hash: [u8; 32],
    /// The answer's status code.
    pub status: u16,
    /// The answer's body, at most [`Replay::MAX_BYTES`]; empty if it was longer.
    pub body: Vec<u8>,
    /// The answer's entity tag, if it has one.
    pub etag: Option<String>,
    /// Where what was made can be read, if the answer says so.
    pub location: Option<String>,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

impl Replay {
    /// The largest body that is kept.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// How long an answer is kept.
    pub const KEPT_FOR: Duration = Duration::from_hours(24);

    /// Since when it is kept.
    pub fn kept_from(&self) -> Timestamp {
        self.expires_at.minus(Self::KEPT_FOR)
    }
}
