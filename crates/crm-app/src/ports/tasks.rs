//! Reading tasks.

use async_trait::async_trait;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::ids::TaskId;
use crm_domain::task::Task;
use crm_domain::version::Versioned;

use crate::error::StoreError;
use crate::paging::Counted;
use crate::query::tasks::TaskQuery;

/// Reads tasks.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Tasks: Send + Sync {
    /// One task. A task that exists outside the scope MUST come out as [`Sight::Hidden`].
    ///
    /// # Errors
    /// [`StoreError`].
    async fn task(&self, scope: &Scope, id: TaskId) -> Result<Sight<Versioned<Task>>, StoreError>;

    /// One page of the tasks in the scope and how many there are in all, as of one moment.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn tasks(&self, scope: &Scope, query: &TaskQuery) -> Result<Counted<Versioned<Task>>, StoreError>;
}
