//! The header of an access token, read strictly: what is not exactly one of ours is none.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::{LONGEST_TOKEN, TYPE};

/// A header that names these three and nothing else: no key of its own (`jwk`, `jku`, `x5u`, `x5c`), no extensions
/// (`crit`), nothing twice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StrictHeader {
    typ: String,
    /// The algorithm.
    pub(super) alg: String,
    /// The key's id.
    pub(super) kid: String,
}

/// The header of a token that has the form of one of ours: three parts in the one way that base64 is written.
pub(super) fn read(token: &str) -> Option<StrictHeader> {
    if token.len() > LONGEST_TOKEN {
        return None;
    }
    let mut parts = token.split('.');
    let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    // The decoder takes no padding, no other alphabet, and no last character with bits that say nothing.
    let header = URL_SAFE_NO_PAD.decode(header).ok()?;
    if URL_SAFE_NO_PAD.decode(claims).ok()?.is_empty() || URL_SAFE_NO_PAD.decode(signature).ok()?.is_empty() {
        return None;
    }
    let header: StrictHeader = serde_json::from_slice(&header).ok()?;
    (header.typ == TYPE).then_some(header)
}
