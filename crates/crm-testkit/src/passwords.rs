//! Passwords without the cost.

use async_trait::async_trait;
use crm_app::decide::is_deciding;
use crm_app::ports::passwords::{HashError, Passwords};
use crm_domain::password_hash::PasswordHash;
use secrecy::{ExposeSecret, SecretString};

const PREFIX: &str = "$plain$";
const OUTDATED: &str = "$plain-of-old$";

/// "Hashes" a password by writing it down: `$plain$secret`. Fast, and worthless outside tests.
///
/// Panics when it is asked inside [`crm_app::decide::decide`]: a real hash takes longer than a transaction may, and an
/// attempt may run several times.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainPasswords;

impl PlainPasswords {
    /// The hash of a password.
    pub fn hash_of(password: &str) -> PasswordHash {
        PasswordHash::new(format!("{PREFIX}{password}"))
    }

    /// A hash of the password that is outdated.
    pub fn outdated_hash_of(password: &str) -> PasswordHash {
        PasswordHash::new(format!("{OUTDATED}{password}"))
    }
}

#[async_trait]
impl Passwords for PlainPasswords {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashError> {
        assert!(!is_deciding(), "a password is hashed inside a transaction");
        Ok(Self::hash_of(password.expose_secret()))
    }

    async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        assert!(!is_deciding(), "a password is checked inside a transaction");
        let Some(hash) = hash else {
            return Ok(false);
        };
        let hash = hash.expose();
        let hashed = hash.strip_prefix(PREFIX).or_else(|| hash.strip_prefix(OUTDATED));
        Ok(hashed.ok_or(HashError::Failed)? == password.expose_secret())
    }

    fn is_outdated(&self, hash: &PasswordHash, _: &SecretString) -> bool {
        hash.expose().starts_with(OUTDATED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_that_was_hashed_is_right() {
        let hash = PlainPasswords.hash("secret".into()).await.unwrap();
        assert_eq!(hash.expose(), "$plain$secret");
        assert_eq!(PlainPasswords.verify("secret".into(), Some(hash.clone())).await, Ok(true));
        assert_eq!(PlainPasswords.verify("Secret".into(), Some(hash)).await, Ok(false));
        assert_eq!(PlainPasswords.verify("secret".into(), None).await, Ok(false));
    }

    #[tokio::test]
    async fn an_outdated_hash_still_counts() {
        let hash = PlainPasswords::outdated_hash_of("secret");
        assert_eq!(PlainPasswords.verify("secret".into(), Some(hash.clone())).await, Ok(true));
        assert_eq!(PlainPasswords.verify("Secret".into(), Some(hash.clone())).await, Ok(false));
        assert!(PlainPasswords.is_outdated(&hash, &"secret".into()));
        assert!(!PlainPasswords.is_outdated(&PlainPasswords::hash_of("secret"), &"secret".into()));
    }

    #[tokio::test]
    async fn a_hash_of_another_kind_is_a_failure() {
        let other = PasswordHash::new("$argon2id$v=19$x".to_owned());
        assert_eq!(PlainPasswords.verify("secret".into(), Some(other)).await, Err(HashError::Failed));
    }
}
