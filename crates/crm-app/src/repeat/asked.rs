//! What a client asks under a key.

use crm_domain::access::actor::SignedIn;

use crate::commit::replay::ReplayKey;
use crate::context::Ctx;
use crate::precondition::Precondition;

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

/// What was sent with a key.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The query, as it was sent.
    pub query: &'a str,
    /// The body, as it was sent.
    pub body: &'a [u8],
    /// The versions that the change may be made upon.
    pub precondition: &'a Precondition,
}

impl Asked {
    /// The request of this user for this target.
    ///
    /// The role is hashed too: what an admin was answered is not for the agent that they are by now. So are the versions
    /// of the precondition: the same change upon another version is another request.
    pub fn of(ctx: &Ctx, user: &SignedIn, target: String, key: String, sent: Sent<'_>) -> Self {
        let versions = sent.precondition.to_string();
        let parts = [user.role.as_str().as_bytes(), sent.query.as_bytes(), sent.body, versions.as_bytes()];
        let body_hash = ctx.repeats.hash(PURPOSE, &parts);
        Self { key: ReplayKey { user: user.id, target, key }, body_hash }
    }
}
