//! Everything out of the store, and into it.

pub(crate) mod arrival;
mod export;
mod import;

use std::sync::Arc;

use async_trait::async_trait;
use crm_app::archive::Batch;
use crm_app::error::StoreError;
use crm_app::ports::archive::{Archive, Arrival, Import};
use tokio::sync::mpsc::{Receiver, Sender};
use uuid::Uuid;

use crate::store::MongoStore;

#[async_trait]
impl Archive for MongoStore {
    /// MongoDB keeps the moment that is read for as long as its parameter `minSnapshotHistoryWindowInSeconds` says, 300
    /// by default; an export that takes longer fails and says so.
    async fn export(&self, to: Sender<Batch>) -> Result<(), StoreError> {
        export::everything(self.inner(), &to).await
    }

    async fn import(&self, arrival: &Arrival, from: Receiver<Batch>) -> Result<Import, StoreError> {
        import::everything(self.inner(), arrival, from).await
    }

    async fn unfinished_import(&self) -> Result<Option<Arrival>, StoreError> {
        self.read(|mut reader| async move { arrival::read(&mut reader).await }).await
    }

    async fn finish_import(&self, id: Uuid) -> Result<bool, StoreError> {
        let inner = Arc::clone(self.inner());
        let deadline = inner.options.deadline;
        self.inner().calls.within(deadline, async move { arrival::take_away(&inner, id).await }).await
    }
}
