//! Refresh tokens: `crt2_`, then in base64 the session's id, the token's place, and a code that only a holder of the
//! secret can make. Whoever reads the store has places, and no tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_app::ports::tokens::ShownRefresh;
use crm_domain::ids::SessionId;
use crm_domain::session::RefreshFingerprint;
use crm_domain::session::rotation::{DeviceMark, RefreshClaim, TokenPlace};
use hmac::{Hmac, Mac};
use secrecy::SecretString;
use sha2::Sha256;
use uuid::Uuid;

use super::derived;

/// Marks a refresh token, so that people and scanners for leaked secrets know it.
const PREFIX: &str = "crt2_";
/// Marks one of the first kind, which were random bytes and said nothing.
const OPAQUE_PREFIX: &str = "crt_";
const OPAQUE_BYTES: usize = 32;

const CLAIM: usize = 24;
const CODE: usize = 32;

/// The keys of refresh tokens. All servers of one store derive the same.
pub(super) struct RefreshKeys {
    tokens: Hmac<Sha256>,
    devices: Hmac<Sha256>,
    /// The secret itself: so fingerprints were made before keys were derived.
    fingerprints: Hmac<Sha256>,
}

impl RefreshKeys {
    /// The keys of this secret; `fingerprints` is keyed with the secret itself.
    pub(super) fn of(secret: &[u8], fingerprints: Hmac<Sha256>) -> Self {
        Self {
            tokens: derived::key(secret, "refresh tokens"),
            devices: derived::key(secret, "device marks"),
            fingerprints,
        }
    }

    /// The token that says this.
    pub(super) fn token(&self, claim: &RefreshClaim) -> SecretString {
        let claim = encoded(claim);
        let code = self.tokens.clone().chain_update(claim).finalize().into_bytes();
        let mut token = PREFIX.to_owned();
        URL_SAFE_NO_PAD.encode_string([&claim, code.as_slice()].concat(), &mut token);
        SecretString::from(token)
    }

    /// What a token says, if it can be one of ours. There is one way to write a token: another that would be decoded to
    /// the same bytes is none.
    pub(super) fn read(&self, token: &str) -> Option<ShownRefresh> {
        if let Some(text) = token.strip_prefix(PREFIX) {
            let bytes = decoded::<{ CLAIM + CODE }>(text)?;
            let (claim, code) = bytes.split_first_chunk::<CLAIM>()?;
            // In constant time.
            self.tokens.clone().chain_update(claim).verify_slice(code).ok()?;
            return Some(ShownRefresh::Signed(read(claim)?));
        }
        decoded::<OPAQUE_BYTES>(token.strip_prefix(OPAQUE_PREFIX)?)?;
        Some(ShownRefresh::Opaque(self.fingerprint(token)))
    }

    /// The fingerprint of a token.
    pub(super) fn fingerprint(&self, token: &str) -> RefreshFingerprint {
        let code = self.fingerprints.clone().chain_update(token.as_bytes()).finalize();
        RefreshFingerprint(code.into_bytes().into())
    }

    /// What a device with this address and name is recognised by.
    pub(super) fn device_mark(&self, address: &str, user_agent: &str) -> DeviceMark {
        let mut code = self.devices.clone();
        for said in [address, user_agent] {
            // With its length before it, no text reaches into the next.
            code.update(&(said.len() as u64).to_be_bytes());
            code.update(said.as_bytes());
        }
        let code: [u8; 32] = code.finalize().into_bytes().into();
        let mut mark = [0; 16];
        for (to, from) in mark.iter_mut().zip(code) {
            *to = from;
        }
        DeviceMark(mark)
    }
}

/// Exactly as many bytes as expected. Padding, other alphabets and bits that say nothing are refused by the decoder.
fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != (N * 8).div_ceil(6) {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn encoded(claim: &RefreshClaim) -> [u8; CLAIM] {
    let mut bytes = [0; CLAIM];
    let session = claim.session.uuid().into_bytes();
    let place = [claim.place.generation.to_be_bytes(), claim.place.sibling.to_be_bytes()];
    for (to, from) in bytes.iter_mut().zip(session.into_iter().chain(place.into_iter().flatten())) {
        *to = from;
    }
    bytes
}

fn read(bytes: &[u8; CLAIM]) -> Option<RefreshClaim> {
    let (session, place) = bytes.split_first_chunk::<16>()?;
    let (generation, sibling) = place.split_first_chunk::<4>()?;
    Some(RefreshClaim {
        session: SessionId::from_uuid(Uuid::from_bytes(*session)),
        place: TokenPlace {
            generation: u32::from_be_bytes(*generation),
            sibling: u32::from_be_bytes(sibling.try_into().ok()?),
        },
    })
}

#[cfg(test)]
mod tests;
