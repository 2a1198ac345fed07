//! An archive: all records of a store in one file, as lines of JSON.
//!
//! ```text
//! {"crm_archive":1,"made":"2026-03-20T09:00:00.000Z"}
//! {"kind":"workspace", …}                                  a line for each record, in the order of crm_app::archive
//! {"end":{"records":4711,"sha256":"…"}}                    the SHA-256 of every byte before this line
//! ```
//! It is an [`Archive`] as stores are: what is carried from one store to another is carried into a file and out of it in
//! the same way, and compared. The audit log is no part of it, as it is none of what is carried. What is held in memory
//! does not grow with it.

pub mod error;
pub mod reading;
mod writing;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use crm_app::archive::Batch;
use crm_app::error::StoreError;
use crm_app::ports::archive::{Archive, Arrival, Import};
use crm_app::ports::clock::Clock;
use crm_domain::timestamp::Timestamp;
use crm_sqlite::engine::partial::Partial;
use tokio::sync::mpsc::{Receiver, Sender};
use uuid::Uuid;

/// What every archive begins with, whatever its version.
pub const BEGINS: &[u8] = b"{\"crm_archive\":";
/// The version of the format that is written, and the only one there is.
const FORMAT: u64 = 1;

/// What is in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// When it was made.
    pub made: Timestamp,
    /// How many records it has.
    pub records: u64,
    /// The sum in its last line, as hexadecimal digits.
    pub sha256: String,
}

/// An archive, as a place that records are carried into or out of.
pub struct ArchiveFile {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    /// What was written and has no name yet.
    unfinished: Mutex<Option<(Arrival, Partial)>>,
}

impl ArchiveFile {
    /// The archive at this path, which is there or is to be made.
    pub fn at(path: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self { path, clock, unfinished: Mutex::new(None) }
    }

    fn unfinished(&self) -> MutexGuard<'_, Option<(Arrival, Partial)>> {
        self.unfinished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Archive for ArchiveFile {
    async fn export(&self, to: Sender<Batch>) -> Result<(), StoreError> {
        let unfinished = self.unfinished().as_ref().map(|(_, partial)| partial.path().to_owned());
        let path = unfinished.unwrap_or_else(|| self.path.clone());
        let send = move |batch| to.blocking_send(batch).map_err(|_| error::ArchiveError::NobodyReceives);
        blocking(move || reading::read(&path, &mut { send }).map(drop)).await
    }

    /// Nothing may have the file's name. It gets it when the import is finished.
    async fn import(&self, arrival: &Arrival, from: Receiver<Batch>) -> Result<Import, StoreError> {
        if self.path.symlink_metadata().is_ok() {
            return Ok(Import::NotEmpty);
        }
        let (path, made) = (self.path.clone(), self.clock.now());
        let partial = blocking(move || writing::write(&path, made, from)).await?;
        *self.unfinished() = Some((arrival.clone(), partial));
        Ok(Import::Taken)
    }

    async fn unfinished_import(&self) -> Result<Option<Arrival>, StoreError> {
        Ok(self.unfinished().as_ref().map(|(arrival, _)| arrival.clone()))
    }

    async fn finish_import(&self, id: Uuid) -> Result<bool, StoreError> {
        let Some((_, partial)) = self.unfinished().take_if(|(arrival, _)| arrival.id == id) else {
            return Ok(false);
        };
        let path = self.path.clone();
        blocking(move || Ok(partial.take_name(&path)?)).await?;
        Ok(true)
    }
}

/// Runs what reads and writes files on a thread for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, error::ArchiveError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(StoreError::from),
        Err(error) => Err(StoreError::Unavailable(error.into())),
    }
}

#[cfg(test)]
mod tests;
