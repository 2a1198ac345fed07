//! What proves that somebody may set up the first admin: a token that only the server's terminal shows.

use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};

/// The setup token of this server, while there is one.
#[derive(Debug, Default)]
pub struct SetupToken(Mutex<Option<SecretString>>);

impl SetupToken {
    /// No token: nobody can set up an admin over HTTP.
    pub fn none() -> Self {
        Self::default()
    }

    /// This token, made at random by whoever starts the server.
    pub fn new(token: SecretString) -> Self {
        Self(Mutex::new(Some(token)))
    }

    /// Whether this is the token. Takes as long however much of it is right.
    pub fn fits(&self, shown: &str) -> bool {
        match &*self.0.lock() {
            None => false,
            Some(token) => same(token.expose_secret().as_bytes(), shown.as_bytes()),
        }
    }

    /// Forgets the token: it has done what it was for.
    pub fn spend(&self) {
        *self.0.lock() = None;
    }
}

fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}
