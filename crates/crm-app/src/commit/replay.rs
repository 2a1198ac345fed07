//! The answer that is kept with a commit, so that a repeated request gets it again.

use crm_domain::ids::UserId;
use crm_domain::timestamp::Timestamp;

/// Identifies a request that may be repeated: RFC-style `Idempotency-Key`, per user, method and route.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The request it answers.
    pub key: ReplayKey,
    /// SHA-256 of the request's body.
    pub body_hash: [u8; 32],
    /// The answer's status code.
    pub status: u16,
    /// The answer's body, at most [`Replay::MAX_BYTES`].
    pub body: Vec<u8>,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

impl Replay {
    /// The largest body that is kept.
    pub const MAX_BYTES: usize = 256 * 1024;
}
