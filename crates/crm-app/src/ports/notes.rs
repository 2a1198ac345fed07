//! Reading the notes on customers.

use async_trait::async_trait;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::customer::Customer;
use crm_domain::ids::{CustomerId, NoteId};
use crm_domain::note::Note;
use crm_domain::version::Versioned;

use crate::error::StoreError;
use crate::paging::{Slice, Start};

/// Reads notes; a note is seen by whoever may see its customer.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Notes: Send + Sync {
    /// A customer and one page of its notes, newest first (by creation, then id), as of one moment.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn notes(
        &self,
        scope: &Scope,
        customer: CustomerId,
        start: &Start,
        limit: u32,
    ) -> Result<Sight<(Versioned<Customer>, Slice<Note>)>, StoreError>;

    /// A customer and one of its notes, if it has it, as of one moment.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn note(
        &self,
        scope: &Scope,
        customer: CustomerId,
        id: NoteId,
    ) -> Result<Sight<(Versioned<Customer>, Option<Note>)>, StoreError>;

    /// The ids of at most `limit` notes of a customer, which may be deleted. For the deletion of a customer; a scope that
    /// is not everything sees the notes that its owner wrote.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn note_ids(
        &self,
        scope: &Scope,
        customer: CustomerId,
        limit: u32,
    ) -> Result<Vec<NoteId>, StoreError>;
}
