//! The store of this run of the tests: a database of one test's own on the run's MongoDB.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crm_app::context::Stores;
use crm_app::mirror::Mirror;
use crm_mongo::options::Options;
use crm_mongo::store::MongoStore;
use crm_testkit::mongod::{self, TestDatabase};
use tokio::runtime::{Builder, Runtime};

use crate::support::server::Opened;

/// Whether `CRM_UPDATE=1` makes files anew from what this run sees.
pub(crate) const MAKES_FILES: bool = false;

/// How many requests the random walk of one agent has.
pub(crate) const WALK: usize = 800;

/// Where the stores work: they may outlive the runtime of the test that opened them.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());

/// An empty store. Its database is dropped with the server it is for.
pub(crate) async fn open() -> Opened {
    open_whole().await.1
}

/// The same, with the store itself.
pub(crate) async fn open_whole() -> (Arc<MongoStore>, Opened) {
    open_at(&place().await).await
}

/// A database with nothing in it, gone with the last server of it.
pub(crate) async fn place() -> Arc<TestDatabase> {
    Arc::new(RUNTIME.spawn(mongod::database()).await.unwrap())
}

/// The store on this database, for one of several servers of it.
pub(crate) async fn open_at(place: &Arc<TestDatabase>) -> (Arc<MongoStore>, Opened) {
    let place = Arc::clone(place);
    let opening = async move {
        let mirror = Arc::new(Mirror::empty());
        let store = MongoStore::open(&place.database_uri(), patient(), Arc::clone(&mirror)).await;
        let store = store.unwrap();
        let stores = Stores::of(Arc::clone(&store));
        (store, Opened { stores, mirror, place: Box::new(place) })
    };
    RUNTIME.spawn(opening).await.unwrap()
}

/// A busy machine is to be slow here, not wrong.
fn patient() -> Options {
    let patience = Duration::from_secs(25);
    Options { selection_timeout: patience, deadline: patience, ..Options::default() }
}
