//! The store of this run of the tests: a database of one test's own on the run's MongoDB.

use std::sync::{Arc, LazyLock};

use crm_app::context::Stores;
use crm_app::mirror::Mirror;
use crm_mongo::options::Options;
use crm_mongo::store::MongoStore;
use crm_testkit::mongod;
use tokio::runtime::{Builder, Runtime};

use crate::support::server::Opened;

/// Whether `CRM_UPDATE=1` makes files anew from what this run sees.
pub(crate) const MAKES_FILES: bool = false;

/// Where the stores work: they may outlive the runtime of the test that opened them.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());

/// An empty store. Its database is dropped with the server it is for.
pub(crate) async fn open() -> Opened {
    RUNTIME.spawn(opened()).await.unwrap()
}

async fn opened() -> Opened {
    let place = mongod::database().await;
    let mirror = Arc::new(Mirror::empty());
    let store = MongoStore::open(&place.database_uri(), Options::default(), Arc::clone(&mirror)).await;
    Opened { stores: Stores::of(store.unwrap()), mirror, place: Box::new(place) }
}
