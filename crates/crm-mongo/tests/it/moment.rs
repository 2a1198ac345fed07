//! An export that takes longer than MongoDB keeps the moment it reads.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bson::doc;
use crm_app::archive::Kind;
use crm_app::commit::Verdict;
use crm_app::mirror::Mirror;
use crm_app::ports::archive::Archive;
use crm_app::ports::commits::Commits;
use crm_app::ports::maintenance::Maintenance;
use crm_mongo::options::Options;
use crm_mongo::store::MongoStore;
use crm_testkit::fixtures::Maker;
use crm_testkit::mongod::replica_set::ReplicaSet;
use mongodb::Client;
use tokio::sync::mpsc;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_export_that_takes_longer_than_the_moment_is_kept_says_what_to_change() {
    let set = ReplicaSet::start(1).await;
    let admin = Client::with_uri_str(set.uri()).await.unwrap().database("admin");
    admin.run_command(doc! { "setParameter": 1, "minSnapshotHistoryWindowInSeconds": 1 }).await.unwrap();
    let store =
        MongoStore::open(&set.uri(), Options::default(), Arc::new(Mirror::empty())).await.expect("it opens");
    let make = Maker::new();
    let lead = || make.commit().insert_lead(&make.lead("x", None)).done();
    store.load((0..4 * Kind::Lead.batch()).map(|_| lead()).collect()).await.unwrap();
    let (to, mut from) = mpsc::channel(1);
    let exporting = {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.export(to).await })
    };
    assert!(from.recv().await.is_some());
    // Time goes on for MongoDB with what is written, and what is on the disk lets it forget.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        assert_eq!(store.commit(lead()).await.unwrap(), Verdict::Applied);
        admin.run_command(doc! { "fsync": 1 }).await.unwrap();
    }
    while from.recv().await.is_some() {}
    let error = exporting.await.unwrap().expect_err("the moment is gone");
    let cause = std::error::Error::source(&error).expect("it says why").to_string();
    assert!(cause.contains("minSnapshotHistoryWindowInSeconds"), "{cause}");
    // A moment that is not too long ago can be read as ever.
    let (to, mut from) = mpsc::channel(1);
    let again = Arc::clone(&store);
    let exporting = tokio::spawn(async move { again.export(to).await });
    let mut leads = 0;
    while let Some(batch) = from.recv().await {
        leads += if batch.kind() == Kind::Lead { batch.len() } else { 0 };
    }
    exporting.await.unwrap().expect("it is kept long enough");
    assert!(leads > 4 * Kind::Lead.batch(), "{leads}");
}
