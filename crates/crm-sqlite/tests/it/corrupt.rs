//! Rows that cannot be read.

use std::path::PathBuf;
use std::sync::Arc;

use crm_app::error::StoreError;
use crm_app::mirror::Mirror;
use crm_app::paging::{Direction, Sort, Start};
use crm_app::ports::customers::Customers;
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_app::ports::tasks::Tasks;
use crm_app::query::leads::{LeadFilter, LeadQuery, LeadSort};
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::options::Options;
use crm_sqlite::store::SqliteStore;
use crm_testkit::actors::everything;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::World;

struct Spoilt {
    world: World,
    store: Arc<SqliteStore>,
    _folder: TempDir,
}

/// A store in a file, in which another program has then done this.
async fn spoilt(sql: &str) -> Spoilt {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("crm.db");
    let location = Location::File(path.clone());
    let store = SqliteStore::open(&location, &Options::default(), Arc::new(Mirror::empty())).unwrap();
    let world = World::of(4);
    store.load(world.commits()).await.unwrap();
    let other = Connection::open(path).unwrap();
    other.execute_batch(sql).unwrap();
    Spoilt { world, store, _folder: folder }
}

/// The kind and the id that an error names.
fn named<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> (&'static str, String) {
    match answer.unwrap_err() {
        StoreError::Corrupt { what, id, .. } => (what, id),
        other @ (StoreError::Full | StoreError::Unavailable(_) | StoreError::OutcomeUnknown(_)) => {
            panic!("{other:?}")
        }
    }
}

#[tokio::test]
async fn a_lead_that_cannot_be_read_is_corrupt_and_never_absent() {
    for damage in [
        "name = ''",
        "name = char(7)",
        "email = 'nobody'",
        "phone = 'none'",
        "tags = 'vip'",
        "tags = '[1]'",
        "tags = '[\"\"]'",
        "created_at = 999999999999999999",
    ] {
        let spoilt = spoilt(&format!("UPDATE lead SET {damage} WHERE n = 1")).await;
        let id = spoilt.world.leads[0].id;
        let answer = spoilt.store.lead(&everything(), id).await;
        assert_eq!(named(answer), ("lead", id.to_string()), "{damage}");
    }
}

#[tokio::test]
async fn a_list_with_a_lead_that_cannot_be_read_is_corrupt_and_never_short() {
    let spoilt = spoilt("UPDATE lead SET name = '' WHERE n = 3").await;
    let query = LeadQuery {
        filter: LeadFilter::everything(),
        sort: Sort { by: LeadSort::UpdatedAt, direction: Direction::Descending },
        start: Start::Offset(0),
        limit: 10,
    };
    let answer = spoilt.store.leads(&everything(), &query).await;
    assert_eq!(named(answer), ("lead", spoilt.world.leads[2].id.to_string()));
}

#[tokio::test]
async fn other_records_that_cannot_be_read_are_corrupt_too() {
    let spoilt = spoilt(
        "UPDATE customer SET company = ' ' WHERE n = 1; UPDATE task SET due_text = 'soon' WHERE n = 2;
         UPDATE task SET title = '' WHERE n = 3; UPDATE activity SET kind = 'lead_lost' WHERE entity_kind = 0;",
    )
    .await;
    let (world, store) = (&spoilt.world, &spoilt.store);
    let customer = store.customer(&everything(), world.customers[0].id).await;
    assert_eq!(named(customer), ("customer", world.customers[0].id.to_string()));
    let task = store.task(&everything(), world.tasks[1].id).await;
    assert_eq!(named(task), ("task", world.tasks[1].id.to_string()));
    let task = store.task(&everything(), world.tasks[2].id).await;
    assert_eq!(named(task), ("task", world.tasks[2].id.to_string()));
    let history = store.lead_with_history(&everything(), world.leads[0].id, 9).await;
    assert_eq!(named(history).0, "activity");
}

#[tokio::test]
async fn a_check_names_every_row_that_cannot_be_read() {
    let spoilt = spoilt(
        "UPDATE lead SET name = '' WHERE n = 1; UPDATE user SET email = 'x' WHERE n = 2;
         UPDATE task SET priority = 0, title = '' WHERE n = 3;",
    )
    .await;
    let world = &spoilt.world;
    let problems = spoilt.store.check().await.unwrap();
    for id in [world.leads[0].id.uuid(), world.users[1].id.uuid(), world.tasks[2].id.uuid()] {
        assert!(problems.iter().any(|line| line.contains(&id.to_string())), "{id} in {problems:#?}");
    }
    assert_eq!(problems.len(), 3, "{problems:#?}");
}

#[tokio::test]
async fn a_check_finds_missing_events_and_records_that_cannot_be_found() {
    let spoilt = spoilt(
        "DELETE FROM activity WHERE entity_kind = 0 AND n = (SELECT min(n) FROM activity WHERE entity_kind = 0);
         UPDATE task SET version = 2 WHERE n = 1; DELETE FROM customer_unindexed WHERE n = 2;
         INSERT INTO lead_search (rowid, grams) VALUES (1, '61');",
    )
    .await;
    let problems = spoilt.store.check().await.unwrap();
    assert_eq!(problems.len(), 4, "{problems:#?}");
    assert!(problems[0].contains("customer") && problems[0].contains("cannot be searched"), "{problems:#?}");
    assert_eq!(problems[1], "search finds lead 1 twice");
    assert!(
        problems[2].starts_with("lead") && problems[2].ends_with("version 1 and 0 events"),
        "{problems:#?}"
    );
    assert!(
        problems[3].starts_with("task") && problems[3].ends_with("version 2 and 1 events"),
        "{problems:#?}"
    );
}

#[tokio::test]
async fn nothing_is_wrong_with_a_store_that_was_not_touched() {
    let spoilt = spoilt("SELECT 1").await;
    assert_eq!(spoilt.store.check().await.unwrap(), Vec::<String>::new());
    assert_eq!(spoilt.store.recount(false).await.unwrap(), []);
}

#[tokio::test]
async fn counters_that_are_wrong_are_found_and_repaired() {
    let spoilt = spoilt(
        "UPDATE tally SET n = n + 1 WHERE kind = 1 AND owner = x'2a'; DELETE FROM tally WHERE kind = 3",
    )
    .await;
    let wrong = spoilt.store.recount(true).await.unwrap();
    assert!(wrong.len() > 4, "{wrong:#?}");
    assert!(wrong.iter().all(|one| one.kept != one.counted), "{wrong:#?}");
    assert_eq!(spoilt.store.recount(false).await.unwrap(), []);
}
