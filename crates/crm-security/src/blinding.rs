//! Keyed hashes of accounts and addresses: HMAC-SHA-256 (RFC 2104), of which eight bytes are kept.

use crm_app::ports::blinding::Blinding;
use crm_domain::throttle::entry::Blind;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use thiserror::Error;

/// Sets these hashes apart from whatever else the secret is used for.
const LABEL: &[u8] = b"crm: who tries passwords";

/// The secret is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the secret cannot be used as a key")]
pub struct BadSecret;

/// Blinds with a key that is derived from a secret of the server. Servers with the same secret make the same hashes;
/// with another, nothing that was kept is recognised.
pub struct KeyedBlinding {
    keyed: Hmac<Sha256>,
}

impl KeyedBlinding {
    /// With this secret.
    ///
    /// # Errors
    /// [`BadSecret`].
    pub fn new(secret: &SecretString) -> Result<Self, BadSecret> {
        let mut deriving =
            Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).map_err(|_| BadSecret)?;
        deriving.update(LABEL);
        let key = deriving.finalize().into_bytes();
        Ok(Self { keyed: Hmac::new_from_slice(&key).map_err(|_| BadSecret)? })
    }
}

impl Blinding for KeyedBlinding {
    fn blind(&self, purpose: &str, parts: &[&str]) -> Blind {
        let mut hash = self.keyed.clone();
        for part in std::iter::once(&purpose).chain(parts) {
            // With its length before it, no part can pass for two.
            hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let bytes = hash.finalize().into_bytes();
        Blind::new(bytes.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blinding(secret: &str) -> KeyedBlinding {
        KeyedBlinding::new(&secret.into()).unwrap()
    }

    #[test]
    fn the_same_parts_are_the_same_hash_with_the_same_secret_only() {
        let (one, same, other) = (blinding("secret"), blinding("secret"), blinding("Secret"));
        let blind = |blinding: &KeyedBlinding| blinding.blind("account", &["ada@crm.example", "0"]);
        assert_eq!(blind(&one), blind(&same));
        assert_ne!(blind(&one), blind(&other));
    }

    #[test]
    fn another_purpose_and_parts_that_are_cut_otherwise_are_another_hash() {
        let blinding = blinding("secret");
        let one = blinding.blind("account", &["ab", "c"]);
        for (purpose, parts) in [
            ("owner", ["ab", "c"]),
            ("account", ["a", "bc"]),
            ("account", ["c", "ab"]),
            ("account", ["ab", ""]),
        ] {
            assert_ne!(blinding.blind(purpose, &parts), one, "{purpose} {parts:?}");
        }
    }
}
