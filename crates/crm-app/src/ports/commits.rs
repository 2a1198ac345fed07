//! The one way to write.

use std::sync::Arc;

use async_trait::async_trait;

use crate::commit::{Commit, Verdict};
use crate::error::StoreError;

/// Applies commits.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Commits: Send + Sync {
    /// Applies the commit, whole or not at all, and keeps the tallies and the [`crate::mirror::Mirror`] in step.
    ///
    /// It is durable before this answers. A commit whose id is known already was applied: the answer is
    /// [`Verdict::Applied`] and nothing is written again. The caller may go away while it runs: it is then applied or
    /// not, but never half.
    ///
    /// # Errors
    /// [`StoreError::Full`] and [`StoreError::Unavailable`], after which nothing was applied;
    /// [`StoreError::OutcomeUnknown`], after which it may have been: handing it in again tells.
    async fn commit(&self, commit: Arc<Commit>) -> Result<Verdict, StoreError>;
}
