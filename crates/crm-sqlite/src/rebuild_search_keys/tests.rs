use std::sync::Arc;

use crm_app::mirror::Mirror;
use crm_app::paging::{Direction, Sort, Start};
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_app::query::leads::{LeadFilter, LeadQuery, LeadSort};
use crm_domain::values::search_query::SearchQuery;
use crm_testkit::actors::everything;
use crm_testkit::fixtures::Maker;
use crm_testkit::fixtures::commits::Draft;

use super::*;
use crate::engine::location::Location;
use crate::engine::options::Options;
use crate::store::SqliteStore;

const LEADS: usize = 100;

async fn found(store: &SqliteStore, text: &str) -> u64 {
    let query = LeadQuery {
        filter: LeadFilter { search: Some(SearchQuery::parse(text).unwrap()), ..LeadFilter::everything() },
        sort: Sort { by: LeadSort::Name, direction: Direction::Ascending },
        start: Start::Offset(0),
        limit: 10,
    };
    store.leads(&everything(), &query).await.unwrap().total.count
}

#[tokio::test]
async fn a_rebuild_that_was_cut_off_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let location = Location::File(path.clone());
    let open = || SqliteStore::open(&location, &Options::default(), Arc::new(Mirror::empty())).unwrap();
    let make = Maker::new();
    let leads: Vec<_> = (0..LEADS).map(|i| make.lead(&format!("Işık {i}"), None)).collect();
    let store = open();
    store.load(vec![leads.iter().fold(make.commit(), Draft::insert_lead).done()]).await.unwrap();
    drop(store);

    let mut conn = Connection::open(&path).unwrap();
    conn.execute_batch(
        "UPDATE workspace SET fold_version = 1; UPDATE lead SET name_key = '', search_key = 'ışık';
         INSERT INTO lead_search (lead_search) VALUES ('delete-all');",
    )
    .unwrap();
    for done in [32, 64] {
        let transaction = conn.transaction().unwrap();
        let progress = next_batch(&transaction).unwrap();
        assert_eq!(progress, Some(RebuildProgress { done, total: 100 }));
        transaction.commit().unwrap();
    }
    // The next one is cut off before its commit. What is done already is not done again, which a mark in it shows.
    assert!(next_batch(&conn.transaction().unwrap()).unwrap().is_some());
    assert_eq!(conn.execute("UPDATE lead SET search_key = 'marked' WHERE n IN (1, 64)", []).unwrap(), 2);
    drop(conn);

    let store = open();
    assert_eq!((found(&store, "isik").await, found(&store, "marked").await), (98, 0));
    drop(store);
    let conn = Connection::open(&path).unwrap();
    let marked = "SELECT count(*) FROM lead WHERE search_key = 'marked'";
    let ask = |question: &str| conn.query_row(question, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((ask(marked), ask("SELECT count(*) FROM search_rebuild")), (2, 0));
    assert_eq!(ask("SELECT fold_version FROM workspace"), i64::from(FOLD_VERSION));
}

#[tokio::test]
async fn a_place_of_another_version_is_not_gone_on_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let location = Location::File(path.clone());
    let open = || SqliteStore::open(&location, &Options::default(), Arc::new(Mirror::empty())).unwrap();
    let make = Maker::new();
    let store = open();
    store.load(vec![make.commit().insert_lead(&make.lead("Işık", None)).done()]).await.unwrap();
    drop(store);
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(
        "UPDATE workspace SET fold_version = 0; UPDATE lead SET search_key = 'x';
         INSERT INTO search_rebuild (one, fold_version, kind, last, done, total) VALUES (1, 1, 3, 9, 9, 9);",
    )
    .unwrap();
    drop(conn);
    assert_eq!(found(&open(), "isik").await, 1);
}
