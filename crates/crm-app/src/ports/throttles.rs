//! Keeping what is counted of wrong passwords.

use async_trait::async_trait;
use crm_domain::throttle::entry::{Changes, Entry};
use crm_domain::timestamp::Timestamp;

use crate::error::StoreError;

/// Keeps what a [`crm_domain::throttle::Throttle`] counts, so that a restart forgets little and servers of one store
/// learn from each other. It is no record of anybody's: no commit, no event, no scope.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Throttles: Send + Sync {
    /// Keeps these entries and forgets what is gone. Of two entries for one place the one that was changed later MUST
    /// stay, whichever comes first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn keep_throttles(&self, changes: &Changes) -> Result<(), StoreError>;

    /// The entries that were changed then or later, in any order.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn throttles_since(&self, since: Timestamp) -> Result<Vec<Entry>, StoreError>;
}
