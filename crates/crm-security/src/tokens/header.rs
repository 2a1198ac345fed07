//! The form of an access token and its header, read strictly: what is not exactly one of ours is none.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::TYPE;

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

/// A token that has the form of one of ours, of which nothing is believed yet.
pub(super) struct Parts<'t> {
    /// Its header.
    pub(super) header: StrictHeader,
    /// Its claims, as JSON.
    pub(super) claims: Vec<u8>,
    /// What is signed.
    pub(super) message: &'t [u8],
    /// The signature, in base64.
    pub(super) signature: &'t str,
}

/// The parts of a token that has the form of one of ours: three of them, in the one way that base64 is written.
pub(super) fn read(token: &str) -> Option<Parts<'_>> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.').filter(|(_, claims)| !claims.contains('.'))?;
    // The decoder takes no padding, no other alphabet, and no last character with bits that say nothing.
    let header = URL_SAFE_NO_PAD.decode(header).ok()?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    if claims.is_empty() || URL_SAFE_NO_PAD.decode(signature).ok()?.is_empty() {
        return None;
    }
    let header: StrictHeader = serde_json::from_slice(&header).ok()?;
    (header.typ == TYPE).then_some(Parts { header, claims, message: message.as_bytes(), signature })
}
