//! The store of this run of the tests: the embedded one, in memory.

use std::sync::Arc;

use crm_app::context::Stores;
use crm_app::mirror::Mirror;
use crm_sqlite::store::SqliteStore;

use crate::support::server::Opened;

/// Whether `CRM_UPDATE=1` makes files anew from what this run sees.
pub(crate) const MAKES_FILES: bool = true;

/// How many requests the random walk of one agent has.
pub(crate) const WALK: usize = 5_000;

/// An empty store.
#[expect(clippy::unused_async, reason = "another store has to be waited for")]
pub(crate) async fn open() -> Opened {
    let mirror = Arc::new(Mirror::empty());
    let stores = Stores::of(SqliteStore::memory(Arc::clone(&mirror)).unwrap());
    Opened { stores, mirror, place: Box::new(()) }
}
