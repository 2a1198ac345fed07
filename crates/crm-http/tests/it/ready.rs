//! Readiness of a server whose store is busy.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use crm_app::context::Stores;
use crm_app::mirror::Mirror;
use crm_sqlite::engine::error::JobError;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::options::Options;
use crm_sqlite::store::SqliteStore;

use crate::support::server::{Opened, TestServer, options};
use crate::support::world::World;

const READERS: usize = 4;
const COUNTS: &str =
    "WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count) SELECT max(n) FROM count";

/// A store in a file whose reads have to be answered soon.
fn open() -> (Opened, Arc<SqliteStore>) {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File(folder.path().join("crm.db"));
    let options = Options { readers: READERS, deadline: Duration::from_secs(1), ..Options::default() };
    let mirror = Arc::new(Mirror::empty());
    let store = SqliteStore::open(&location, &options, Arc::clone(&mirror)).unwrap();
    let stores = Stores::of(Arc::clone(&store));
    (Opened { stores, mirror, place: Box::new(folder) }, store)
}

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let within = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_mins(1), within).await.is_ok(), "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_searches_do_not_make_the_server_not_ready_and_free_their_threads() {
    let (opened, store) = open();
    let server = TestServer::over(opened, options(), |_| {});
    let world = World::on(server).await;
    let search = async || world.admin.get("/api/leads?q=nobody").await;
    search().await.expect(200);

    let slow: Vec<_> = (0..READERS)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let endless = store.engine().read(|conn| -> Result<i64, JobError<Infallible>> {
                    Ok(conn.query_row(COUNTS, [], |row| row.get(0))?)
                });
                drop(endless.await);
            })
        })
        .collect();
    until("all readers are busy", async || store.stats().reads_running == READERS).await;
    // So many searches that are not answered in time that reads are refused for a while.
    until("reads are refused", async || {
        let (one, two, three) = tokio::join!(search(), search(), search());
        for reply in [one, two, three] {
            assert_eq!(reply.verdict(), (503, "unavailable"));
        }
        store.breakers()[0].is_open
    })
    .await;
    assert_eq!(store.stats().reads_running, READERS);
    world.server.nobody().get("/readyz").await.expect(200);

    slow.iter().for_each(tokio::task::JoinHandle::abort);
    until("no reader is at work", async || store.stats().reads_running == 0).await;
    until("searches are answered", async || search().await.status == 200).await;
}
