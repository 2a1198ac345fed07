//! The setup token: what proves that somebody may set up the first admin.
//!
//! It is shown by a server's terminal or by a command. The store keeps the SHA-256 of the newest one, so that every server
//! of the store accepts that one and no older one. The token names the moment at which it expires; since the hash covers
//! that too, nobody can put it off.

use std::time::Duration;

use crm_domain::timestamp::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// How long a token works.
pub const LIFE: Duration = Duration::from_hours(1);

/// SHA-256 of a setup token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetupFingerprint(pub [u8; 32]);

impl SetupFingerprint {
    /// What is kept of this token.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Whether this is the token. Takes as long however much of it is right.
    pub fn fits(&self, shown: &str) -> bool {
        let shown = Self::of(shown);
        self.0.iter().zip(shown.0).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
    }
}

/// A token made of this random text, which holds at least 128 bits and no dot: `RANDOM.SECONDS`, with the seconds since
/// 1970 at which it expires.
pub fn issue(random: &SecretString, now: Timestamp) -> SecretString {
    let expires = now.plus(LIFE).millis().div_euclid(1_000);
    SecretString::from(format!("{}.{expires}", random.expose_secret()))
}

/// Whether a token that fits has expired; one that names no moment has.
pub fn has_expired(token: &str, now: Timestamp) -> bool {
    let expires = token.rsplit_once('.').and_then(|(_, seconds)| seconds.parse::<i64>().ok());
    expires.is_none_or(|expires| now.millis().div_euclid(1_000) >= expires)
}
