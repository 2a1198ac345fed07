//! The pool that hashes passwords, with its work counted.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use crm_app::ports::passwords::{HashError, Passwords};
use crm_domain::password_hash::PasswordHash;
use secrecy::SecretString;

use crate::numbers::{HASH_SECONDS, HASHES_IN_PROGRESS};

/// Hands everything on and keeps two numbers: how many wait or are being hashed, and how long it takes.
pub struct MeteredPasswords {
    inner: Arc<dyn Passwords>,
}

impl MeteredPasswords {
    /// Counts the work of `inner`.
    pub fn new(inner: Arc<dyn Passwords>) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl Passwords for MeteredPasswords {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashError> {
        let _counted = InProgress::begin();
        self.inner.hash(password).await
    }

    async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        let _counted = InProgress::begin();
        self.inner.verify(password, hash).await
    }

    fn is_outdated(&self, hash: &PasswordHash, password: &SecretString) -> bool {
        self.inner.is_outdated(hash, password)
    }
}

/// Counts from its making to its end, also where the asker goes away in between.
struct InProgress {
    since: Instant,
}

impl InProgress {
    fn begin() -> Self {
        metrics::gauge!(HASHES_IN_PROGRESS).increment(1.0);
        Self { since: Instant::now() }
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        metrics::gauge!(HASHES_IN_PROGRESS).decrement(1.0);
        metrics::histogram!(HASH_SECONDS).record(self.since.elapsed().as_secs_f64());
    }
}
