//! What a client asks under a key.

use crm_domain::access::actor::SignedIn;

use crate::commit::replay::ReplayKey;
use crate::context::Ctx;

/// One request that may be repeated: the key, and what must be the same when it comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Whose key it is, and for what.
    pub key: ReplayKey,
    /// A keyed hash of the rest.
    pub body_hash: [u8; 32],
}

/// What the hash is for.
const PURPOSE: &str = "what was asked under a key";

impl Asked {
    /// The request of this user for this target, with the query and the body as they were sent.
    ///
    /// The role is hashed too: what an admin was answered is not for the agent that they are by now.
    pub fn of(ctx: &Ctx, user: &SignedIn, target: String, key: String, query: &str, body: &[u8]) -> Self {
        let parts = [user.role.as_str().as_bytes(), query.as_bytes(), body];
        let body_hash = ctx.repeats.hash(PURPOSE, &parts);
        Self { key: ReplayKey { user: user.id, target, key }, body_hash }
    }
}
