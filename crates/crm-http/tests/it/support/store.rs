//! The stores that the tests run on: the embedded one, or the one that `CRM_TEST_STORE` names.

use std::sync::Arc;

use crm_app::context::Stores;
use crm_app::mirror::Mirror;
use crm_sqlite::store::SqliteStore;

/// An empty store, and what it keeps up to date.
pub(crate) fn open() -> (Stores, Arc<Mirror>) {
    let mirror = Arc::new(Mirror::empty());
    let stores = match std::env::var("CRM_TEST_STORE").as_deref() {
        Err(_) | Ok("sqlite") => Stores::of(SqliteStore::memory(Arc::clone(&mirror)).unwrap()),
        Ok(other) => panic!("there is no store {other}"),
    };
    (stores, mirror)
}
