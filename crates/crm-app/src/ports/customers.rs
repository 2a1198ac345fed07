//! Reading customers.

use async_trait::async_trait;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::customer::Customer;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::ids::CustomerId;
use crm_domain::note::Note;
use crm_domain::task::Task;
use crm_domain::values::name::Name;
use crm_domain::version::Versioned;

use crate::error::StoreError;
use crate::paging::Counted;
use crate::query::customers::CustomerQuery;

/// Reads customers.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Customers: Send + Sync {
    /// One customer. A customer that exists outside the scope MUST come out as [`Sight::Hidden`].
    ///
    /// # Errors
    /// [`StoreError`].
    async fn customer(&self, scope: &Scope, id: CustomerId)
    -> Result<Sight<Versioned<Customer>>, StoreError>;

    /// One customer with its `limit` latest notes, newest first, as of one moment.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn customer_with_notes(
        &self,
        scope: &Scope,
        id: CustomerId,
        limit: u32,
    ) -> Result<Sight<(Versioned<Customer>, Vec<Note>)>, StoreError>;

    /// One page of the customers in the scope and how many there are in all, as of one moment.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn customers(
        &self,
        scope: &Scope,
        query: &CustomerQuery,
    ) -> Result<Counted<Versioned<Customer>>, StoreError>;

    /// The names of those of these customers that the scope admits, in any order.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn customer_names(
        &self,
        scope: &Scope,
        ids: &[CustomerId],
    ) -> Result<Vec<(CustomerId, Name)>, StoreError>;

    /// At most `limit` of the tasks about this customer that are not done, in the order of their ids. For the deletion of
    /// a customer, which completes them; a scope that is not everything sees those of them that are its owner's.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn open_tasks_about(
        &self,
        scope: &Scope,
        customer: CustomerId,
        limit: u32,
    ) -> Result<Vec<Versioned<Task>>, StoreError>;

    /// The clean-ups after deleted customers that are not finished, oldest first. A scope that is not everything sees
    /// those of its owner's deletions.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn cleanups(&self, scope: &Scope) -> Result<Vec<CustomerCleanup>, StoreError>;
}
