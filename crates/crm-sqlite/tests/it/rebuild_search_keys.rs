//! A store that an older fold has filled.

use std::sync::Arc;

use crm_app::mirror::Mirror;
use crm_app::paging::{Direction, Sort, Start};
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_app::query::leads::{LeadFilter, LeadQuery, LeadSort};
use crm_domain::values::search_query::SearchQuery;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::options::Options;
use crm_sqlite::store::SqliteStore;
use crm_testkit::actors::everything;
use rusqlite::Connection;

use crate::support::World;

async fn found(store: &SqliteStore, filter: LeadFilter) -> u64 {
    let query = LeadQuery {
        filter,
        sort: Sort { by: LeadSort::Name, direction: Direction::Ascending },
        start: Start::Offset(0),
        limit: 10,
    };
    store.leads(&everything(), &query).await.unwrap().total.count
}

#[tokio::test]
async fn what_another_fold_has_made_is_folded_anew_when_the_store_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let location = Location::File(path.clone());
    let open = || SqliteStore::open(&location, &Options::default(), Arc::new(Mirror::empty())).unwrap();
    let world = World::of(200);
    let store = open();
    store.load(world.commits()).await.unwrap();
    let muller =
        || LeadFilter { search: Some(SearchQuery::parse("muller").unwrap()), ..LeadFilter::everything() };
    let vip = || LeadFilter { tag: Some("vip".to_owned()), ..LeadFilter::everything() };
    let before = (found(&store, muller()).await, found(&store, vip()).await);
    assert_eq!(before, (40, 67));
    drop(store);

    Connection::open(path)
        .unwrap()
        .execute_batch(
            "UPDATE workspace SET fold_version = 0;
             UPDATE lead SET name_key = '', source_key = '', search_key = ''; DELETE FROM lead_tag;
             INSERT INTO lead_search (lead_search) VALUES ('delete-all');
             INSERT INTO task_search (task_search) VALUES ('delete-all');
             UPDATE customer SET search_key = 'x'; UPDATE user SET search_key = 'x';",
        )
        .unwrap();
    let store = open();
    assert_eq!((found(&store, muller()).await, found(&store, vip()).await), before);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}
