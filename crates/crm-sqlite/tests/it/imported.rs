//! What an import leaves behind: the schema of a new store, however it ended.

use std::path::Path;
use std::sync::Arc;

use crm_app::archive::Batch;
use crm_app::mirror::Mirror;
use crm_app::ports::archive::{Archive, Arrival, Import};
use crm_app::ports::maintenance::Maintenance;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::options::Options;
use crm_sqlite::store::SqliteStore;
use rusqlite::Connection;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::support::World;

fn open(path: &Path) -> Arc<SqliteStore> {
    let location = Location::File(path.to_owned());
    SqliteStore::open(&location, &Options::default(), Arc::new(Mirror::empty())).unwrap()
}

/// Every index and table, as SQL, and how the search index is set.
fn schema(path: &Path) -> Vec<String> {
    let conn = Connection::open(path).unwrap();
    let all = |sql: &str| {
        let mut statement = conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let objects = all("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1");
    let merges = all("SELECT k || ' ' || v FROM lead_search_config WHERE k <> 'version' ORDER BY k");
    assert!(objects.iter().filter(|object| object.starts_with("index lead_by_")).count() >= 8);
    [objects, merges].concat()
}

/// Hands these batches to a store, and breaks off before the end if told to.
async fn import(store: &SqliteStore, id: u128, batches: Vec<Batch>) -> Import {
    let (to, from) = mpsc::channel(64);
    for batch in batches {
        to.try_send(batch).unwrap();
    }
    drop(to);
    let arrival = Arrival { id: Uuid::from_u128(id), command: "test".to_owned() };
    store.import(&arrival, from).await.unwrap()
}

async fn exported(store: &SqliteStore) -> Vec<Batch> {
    let (to, mut from) = mpsc::channel(64);
    let mut batches = Vec::new();
    let (done, ()) = tokio::join!(store.export(to), async {
        while let Some(batch) = from.recv().await {
            batches.push(batch);
        }
    });
    done.unwrap();
    batches
}

#[tokio::test]
async fn a_store_that_was_taken_in_has_the_schema_of_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let grown = open(&folder.path().join("grown.db"));
    grown.load(World::of(200).commits()).await.unwrap();
    let batches = exported(&grown).await;
    drop(grown);
    let path = folder.path().join("taken.db");
    let taken = open(&path);
    assert_eq!(import(&taken, 1, batches).await, Import::Taken);
    assert!(taken.finish_import(Uuid::from_u128(1)).await.unwrap());
    assert_eq!(taken.inventory().await.unwrap().leads, 200);
    drop(taken);
    let mut expected = schema(&folder.path().join("grown.db"));
    let mut found = schema(&path);
    // How much the search index gathers is set by an import, to what it is anyway.
    for schema in [&mut expected, &mut found] {
        schema.retain(|line| line != "hashsize 1048576");
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_store_is_emptied_after_an_import_that_failed_and_has_its_indexes_again() {
    let folder = tempfile::tempdir().unwrap();
    let source = open(&folder.path().join("source.db"));
    source.load(World::of(50).commits()).await.unwrap();
    let mut twice = exported(&source).await;
    let leads = twice.iter().find(|batch| matches!(batch, Batch::Leads(_))).unwrap().clone();
    let at = twice.iter().position(|batch| matches!(batch, Batch::Leads(_))).unwrap();
    twice.insert(at, leads);
    let path = folder.path().join("target.db");
    let target = open(&path);
    let (to, from) = mpsc::channel(64);
    for batch in twice {
        to.try_send(batch).unwrap();
    }
    drop(to);
    let arrival = Arrival { id: Uuid::from_u128(1), command: "test".to_owned() };
    let failed = target.import(&arrival, from).await.unwrap_err();
    assert!(
        failed.to_string().contains("a key twice") || format!("{failed:?}").contains("a key twice"),
        "{failed:?}"
    );
    assert!(target.unfinished_import().await.unwrap().is_some());
    target.clear().await.unwrap();
    assert!(target.unfinished_import().await.unwrap().is_none());
    target.load(World::of(50).commits()).await.unwrap();
    drop((source, target));
    let mut expected = schema(&folder.path().join("source.db"));
    let mut found = schema(&path);
    for schema in [&mut expected, &mut found] {
        schema.retain(|line| line != "hashsize 1048576");
    }
    assert_eq!(found, expected);
}
