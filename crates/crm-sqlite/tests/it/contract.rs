//! What every store must do, done by this one.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use crm_app::mirror::Mirror;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::options::{Options, Synchronous};
use crm_sqlite::store::SqliteStore;
use crm_testkit::contract::{Handle, RecordKind, StoreBuilder};
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

/// Everything, on stores in files.
mod in_a_file {
    crm_testkit::contract_suite!(super::InAFile);
}

/// Everything, on stores in memory, where nobody can spoil a row.
mod in_memory {
    crm_testkit::contract_suite!(super::InMemory, but corruption);
}

/// Stores in files, each in a folder of its own.
struct InAFile;

/// Stores in memory.
struct InMemory;

/// A folder with a store, gone when it is dropped.
struct Folder(TempDir);

impl Folder {
    fn file(&self) -> PathBuf {
        self.0.path().join("crm.db")
    }
}

#[async_trait]
impl StoreBuilder for InAFile {
    /// Longer than a snapshot is kept.
    const LAG: Duration = Duration::from_millis(30);

    type Store = SqliteStore;
    type Place = Folder;

    async fn place(&self) -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    async fn open(&self, folder: &Folder) -> Handle<SqliteStore> {
        // What is checked here outlives the process, not a power cut.
        let options = Options { synchronous: Synchronous::Normal, ..Options::default() };
        let mirror = Arc::new(Mirror::empty());
        let location = Location::File(folder.file());
        let open = || SqliteStore::open(&location, &options, Arc::clone(&mirror)).unwrap();
        Handle { store: tokio::task::block_in_place(open), mirror }
    }

    async fn corrupt(&self, folder: &Folder, kind: RecordKind, id: Uuid) {
        let spoil = match kind {
            RecordKind::User => "UPDATE user SET name = '' WHERE id = ?1",
            RecordKind::Session => "UPDATE session SET created_at = 9223372036854775807 WHERE id = ?1",
            RecordKind::Lead => "UPDATE lead SET tags = '[\"\"]' WHERE id = ?1",
            RecordKind::Customer => "UPDATE customer SET phone = 'none' WHERE id = ?1",
            RecordKind::Note => "UPDATE note SET text = '' WHERE id = ?1",
            RecordKind::Task => "UPDATE task SET due_text = 'soon' WHERE id = ?1",
            RecordKind::Activity => "UPDATE activity SET meta = '{' WHERE id = ?1",
            // The trigger is against mistakes, not against this.
            RecordKind::Audit => {
                "DROP TRIGGER audit_is_never_changed; UPDATE audit SET details = '[]' WHERE id = ?1"
            }
            RecordKind::Transfer => "UPDATE transfer SET begun_at = 9223372036854775807 WHERE from_user = ?1",
            RecordKind::Cleanup => {
                "UPDATE customer_cleanup SET deleted_at = 9223372036854775807 WHERE customer = ?1"
            }
        };
        let other = Connection::open(folder.file()).unwrap();
        other.busy_timeout(Duration::from_secs(5)).unwrap();
        let (before, spoil) = spoil.rsplit_once("; ").unwrap_or(("", spoil));
        other.execute_batch(before).unwrap();
        assert_eq!(other.execute(spoil, [id.as_bytes()]).unwrap(), 1, "{kind:?} {id} is there");
        tokio::time::sleep(Self::LAG).await;
    }
}

#[async_trait]
impl StoreBuilder for InMemory {
    type Store = SqliteStore;
    type Place = Handle<SqliteStore>;

    async fn place(&self) -> Handle<SqliteStore> {
        let mirror = Arc::new(Mirror::empty());
        let open = || SqliteStore::memory(Arc::clone(&mirror)).unwrap();
        Handle { store: tokio::task::block_in_place(open), mirror }
    }

    async fn open(&self, place: &Handle<SqliteStore>) -> Handle<SqliteStore> {
        place.clone()
    }

    async fn corrupt(&self, _: &Handle<SqliteStore>, kind: RecordKind, id: Uuid) {
        panic!("nobody can spoil {kind:?} {id} in memory");
    }
}
