//! Taking everything out of a store and putting it into another.

use async_trait::async_trait;
use tokio::sync::mpsc::{Receiver, Sender};
use uuid::Uuid;

use crate::archive::Batch;
use crate::error::StoreError;

/// The mark of an import that was begun and is not known to be whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Identifies this try.
    pub id: Uuid,
    /// What an operator types to begin it anew, without secrets.
    pub command: String,
}

/// How an import went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Import {
    /// Everything that came is in the store, which is marked as unfinished until [`Archive::finish_import`].
    Taken,
    /// The store holds something of its own already and was left as it was.
    NotEmpty,
}

/// Everything a store holds, out of it and into it.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Archive: Send + Sync {
    /// Sends everything the store holds, in the order of [`crate::archive`], batch by batch, as it was at one moment:
    /// what others write meanwhile MUST NOT show. It waits for whoever receives, who must not wait for this store. What
    /// is in memory at once does not grow with the store.
    ///
    /// # Errors
    /// [`StoreError`]; `Unavailable` also if nobody receives any more, or if the store cannot keep that moment as long
    /// as it takes.
    async fn export(&self, to: Sender<Batch>) -> Result<(), StoreError>;

    /// Takes everything that comes, with its ids, versions, moments and commits as they are, into a store that holds
    /// nothing: a store with any record, or that was ever set up, MUST be left as it was. Counters, search and what is
    /// held in memory MUST be right when this answers.
    ///
    /// The store is marked as unfinished before the first batch is taken. One that is so marked is emptied and taken
    /// anew; an earlier import that still goes on then fails.
    ///
    /// # Errors
    /// [`StoreError`]; the store stays marked.
    async fn import(&self, arrival: &Arrival, from: Receiver<Batch>) -> Result<Import, StoreError>;

    /// The mark of an import that was begun and not finished. Such a store is not to be served.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn unfinished_import(&self) -> Result<Option<Arrival>, StoreError>;

    /// Takes the mark away, if it is that of this try; says whether it was.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn finish_import(&self, id: Uuid) -> Result<bool, StoreError>;
}
