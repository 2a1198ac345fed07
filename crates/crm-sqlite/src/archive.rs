//! Everything out of the store, and into it.

mod export;
mod import;
pub(crate) mod indexes;

use async_trait::async_trait;
use crm_app::archive::Batch;
use crm_app::error::StoreError;
use crm_app::ports::archive::{Archive, Arrival, Import};
use tokio::sync::mpsc::{Receiver, Sender};
use uuid::Uuid;

use crate::engine::job::Written;
use crate::rows::arrival;
use crate::store::SqliteStore;

#[async_trait]
impl Archive for SqliteStore {
    /// Takes one of the readers for as long as it lasts, and the log cannot shrink until then. A store in memory does
    /// nothing else meanwhile.
    async fn export(&self, to: Sender<Batch>) -> Result<(), StoreError> {
        self.long_snapshot(move |db| export::everything(db, &to)).await
    }

    async fn import(&self, arrival: &Arrival, from: Receiver<Batch>) -> Result<Import, StoreError> {
        import::everything(self, arrival, from).await
    }

    async fn unfinished_import(&self) -> Result<Option<Arrival>, StoreError> {
        self.read(|db| db.one(arrival::THE_ONE, [], arrival::read)).await
    }

    async fn finish_import(&self, id: Uuid) -> Result<bool, StoreError> {
        self.write_or_fail(move |conn| Ok(Written::plain(arrival::delete(conn, id)? > 0))).await
    }
}
