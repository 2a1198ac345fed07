//! Keyed hashes of accounts, addresses and requests: HMAC-SHA-256 (RFC 2104). Of those of accounts and addresses eight
//! bytes are kept.

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
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        let bytes = self.hash(purpose, &parts);
        Blind::new(bytes.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut hash = self.keyed.clone();
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            // With its length before it, no part can pass for two.
            hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into_bytes().into()
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

    #[test]
    fn a_whole_hash_begins_as_the_short_one_and_depends_on_the_key() {
        let hash = |secret: &str, part: &[u8]| blinding(secret).hash("x", &[part]);
        let (short, whole) = (blinding("secret").blind("x", &["ab"]), hash("secret", b"ab"));
        assert_eq!(short.number().to_be_bytes(), whole[..8]);
        assert_ne!(whole, hash("Secret", b"ab"));
        assert_ne!(whole, hash("secret", b"ab\xff"));
    }
}
