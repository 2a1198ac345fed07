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
use crm_testkit::mongod::{self, TestDatabase};

use super::*;
use crate::options::Options;
use crate::store::MongoStore;

async fn open(place: &TestDatabase) -> Arc<MongoStore> {
    let mirror = Arc::new(Mirror::empty());
    MongoStore::open(&place.database_uri(), Options::default(), mirror).await.expect("the store opens")
}

async fn found(store: &MongoStore, text: &str) -> u64 {
    let query = LeadQuery {
        filter: LeadFilter { search: Some(SearchQuery::parse(text).unwrap()), ..LeadFilter::everything() },
        sort: Sort { by: LeadSort::Name, direction: Direction::Ascending },
        start: Start::Offset(0),
        limit: 10,
    };
    store.leads(&everything(), &query).await.unwrap().total.count
}

/// A store of a hundred leads whose keys another version has made.
async fn outdated(place: &TestDatabase) -> Arc<MongoStore> {
    let (store, make) = (open(place).await, Maker::new());
    let leads: Vec<_> = (0..100).map(|number| make.lead(&format!("Işık {number}"), None)).collect();
    store.load(vec![leads.iter().fold(make.commit(), Draft::insert_lead).done()]).await.unwrap();
    let older = doc! { "$set": { "keys.text": "ışık", "keys.pieces": ["ışık"] } };
    store.inner().db.collection::<Document>("leads").update_many(Document::new(), older).await.unwrap();
    workspace::note(store.inner(), doc! { "fold_version": 1_i64 }).await.unwrap();
    store
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_was_cut_off_goes_on_where_it_was() {
    let place = mongod::database().await;
    let store = outdated(&place).await;
    let inner = store.inner();
    let calendar = Calendar::parse("UTC").unwrap();
    let mut reader = inner.reader(inner.options.long_deadline);
    let mut at = begin(&mut reader).await.unwrap();
    for done in [32, 64] {
        assert!(next_batch(inner, calendar, &mut at).await.unwrap());
        assert_eq!(at.progress, RebuildProgress { done, total: 100 });
    }
    assert_eq!(begin(&mut reader).await.unwrap(), at, "the place is written down");
    // What is done already is not done again, which a mark in it shows.
    let leads = inner.db.collection::<Document>("leads");
    let done = doc! { "_id": { "$lte": at.last.clone().unwrap() } };
    let marked = leads.update_many(done, doc! { "$set": { "keys.text": "marked" } }).await.unwrap();
    assert_eq!(marked.modified_count, 64);

    let reopened = open(&place).await;
    let text = |text: &str| leads.count_documents(doc! { "keys.text": text });
    assert_eq!(text("marked").await.unwrap(), 64);
    assert_eq!(leads.count_documents(doc! { "keys.text": { "$regex": "^isik" } }).await.unwrap(), 36);
    assert_eq!(found(&reopened, "isik").await, 100);
    let noted =
        inner.db.collection::<Document>("workspace").find_one(Document::new()).await.unwrap().unwrap();
    assert_eq!((noted.get(PLACE), noted.get("fold_version")), (None, versions().get("fold_version")));
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_rebuild_at_one_time_leave_one_result() {
    let place = mongod::database().await;
    drop(outdated(&place).await);
    let stores = futures_util::future::join_all((0..4).map(|_| open(&place))).await;
    for store in &stores {
        assert_eq!(found(store, "isik").await, 100);
    }
    assert_eq!(stores[0].check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_of_another_version_is_not_gone_on_from() {
    let place = mongod::database().await;
    let store = outdated(&place).await;
    let other = doc! {
        "fold_version": 1_i64, "pieces_version": i64::from(PIECES_VERSION), "collection": "tasks", "done": 9_i64,
        "total": 9_i64,
    };
    workspace::note(store.inner(), doc! { PLACE: other }).await.unwrap();
    assert_eq!(found(&*open(&place).await, "isik").await, 100);
}
