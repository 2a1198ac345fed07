//! What proves that somebody may set up the first admin: a token that only a server's terminal shows. What is kept of it,
//! in memory and in the store, is a hash: the token is long and random, so that nobody finds it by trying.

use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

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

/// The setup token that this server has shown, while there is one.
#[derive(Debug, Default)]
pub struct SetupToken(Mutex<Option<SetupFingerprint>>);

impl SetupToken {
    /// No token: nobody can set up an admin over HTTP.
    pub fn none() -> Self {
        Self::default()
    }

    /// This token, made at random by whoever starts the server.
    #[expect(clippy::needless_pass_by_value, reason = "whoever gives it away has no use for it any more")]
    pub fn new(token: SecretString) -> Self {
        Self(Mutex::new(Some(SetupFingerprint::of(token.expose_secret()))))
    }

    /// What is kept of the token, if there is one.
    pub fn fingerprint(&self) -> Option<SetupFingerprint> {
        *self.0.lock()
    }

    /// Whether this is the token.
    pub fn fits(&self, shown: &str) -> bool {
        self.fingerprint().is_some_and(|kept| kept.fits(shown))
    }

    /// Forgets the token: it has done what it was for.
    pub fn spend(&self) {
        *self.0.lock() = None;
    }
}
