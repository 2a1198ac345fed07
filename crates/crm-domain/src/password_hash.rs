//! What is kept of a password.

use std::fmt;

/// A salted password hash that names how it was made: a PHC string, or bcrypt's form where the account comes from the
/// Node.js backend. Never shown, never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash as a hasher made it or a store kept it.
    pub fn new(hash: String) -> Self {
        Self(hash)
    }

    /// The hash itself, for the hasher and the stores.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_never_shown() {
        let hash = PasswordHash::new("$argon2id$secret".to_owned());
        assert_eq!(format!("{hash:?}"), "PasswordHash(hidden)");
        assert_eq!(hash.expose(), "$argon2id$secret");
    }
}
