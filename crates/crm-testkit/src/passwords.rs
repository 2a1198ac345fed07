//! Passwords without the cost.

use async_trait::async_trait;
use crm_app::ports::passwords::{HashError, Passwords};
use crm_domain::password_hash::PasswordHash;
use secrecy::{ExposeSecret, SecretString};

const PREFIX: &str = "$plain$";

/// "Hashes" a password by writing it down: `$plain$secret`. Fast, and worthless outside tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainPasswords;

impl PlainPasswords {
    /// The hash of a password.
    pub fn hash_of(password: &str) -> PasswordHash {
        PasswordHash::new(format!("{PREFIX}{password}"))
    }
}

#[async_trait]
impl Passwords for PlainPasswords {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashError> {
        Ok(Self::hash_of(password.expose_secret()))
    }

    async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        let Some(hash) = hash else {
            return Ok(false);
        };
        let hashed = hash.expose().strip_prefix(PREFIX).ok_or(HashError::Failed)?;
        Ok(hashed == password.expose_secret())
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
    async fn a_hash_of_another_kind_is_a_failure() {
        let other = PasswordHash::new("$argon2id$v=19$x".to_owned());
        assert_eq!(PlainPasswords.verify("secret".into(), Some(other)).await, Err(HashError::Failed));
    }
}
