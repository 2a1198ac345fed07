//! Reading what happened.

use async_trait::async_trait;
use crm_domain::access::scope::Scope;
use crm_domain::activity::Activity;

use crate::error::StoreError;
use crate::paging::Slice;
use crate::query::activities::ActivityQuery;

/// Reads the activity feed.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Activities: Send + Sync {
    /// One stretch of the feed, newest first (by moment, then id). A scope that is not everything MUST see only the
    /// events whose audience its owner is in.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn activities(&self, scope: &Scope, query: &ActivityQuery) -> Result<Slice<Activity>, StoreError>;
}
