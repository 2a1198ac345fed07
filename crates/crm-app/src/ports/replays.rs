//! Reading the answers that are kept for repeated requests. They are written by commits
//! ([`crate::commit::Commit::replay`]).

use async_trait::async_trait;
use crm_domain::timestamp::Timestamp;

use crate::commit::replay::{Replay, ReplayKey};
use crate::error::StoreError;

/// Reads and forgets kept answers. They are no records: the key says whose they are, so that there is no scope.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Replays: Send + Sync {
    /// The answer that is kept under this key. One that has run out by `now` MUST not be answered, whether or not it is
    /// still there. What was acknowledged MUST be found.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn kept_answer(&self, key: &ReplayKey, now: Timestamp) -> Result<Option<Replay>, StoreError>;

    /// Forgets at most `limit` answers that have run out by `now`, and no others; how many. The work MUST grow with
    /// those, not with how many answers are kept.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forget_answers(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError>;
}
