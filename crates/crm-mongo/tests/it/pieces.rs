//! What records are found by, in a store that an older program wrote.

use bson::{Document, doc};
use crm_app::paging::{Direction, Sort, Start, Total};
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_app::query::leads::{LeadFilter, LeadQuery, LeadSort};
use crm_domain::values::search_query::SearchQuery;
use crm_mongo::store::MongoStore;
use crm_testkit::actors::everything;
use crm_testkit::contract::StoreBuilder;
use crm_testkit::fixtures::Maker;
use crm_testkit::fixtures::commits::Draft;

use crate::support::{OnMongo, database};

/// More than are made anew at a time, twice.
const LEADS: usize = 450;

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_program_wrote_is_found_once_the_store_was_opened() {
    let place = OnMongo.place().await;
    let open = || async { OnMongo.open(&place).await.store };
    let (store, make) = (open().await, Maker::new());
    let leads: Vec<_> = (0..LEADS).map(|number| make.lead(&format!("Lindqvist {number}"), None)).collect();
    let commits = leads.chunks(100).map(|some| some.iter().fold(make.commit(), Draft::insert_lead).done());
    store.load(commits.collect()).await.unwrap();
    assert_eq!(found(&store, "indqv").await, LEADS as u64);
    drop(store);

    let db = database(&place).await;
    let everything = Document::new();
    let leads = db.collection::<Document>("leads");
    let older = doc! { "$unset": { "keys.pieces": 1 }, "$set": { "keys.grams": ["lin"] } };
    leads.update_many(everything.clone(), older).await.unwrap();
    let versions = doc! { "$unset": { "pieces_version": 1 } };
    db.collection::<Document>("workspace").update_many(everything, versions).await.unwrap();
    let index = doc! { "key": { "keys.grams": 1 }, "name": "leads_by_gram_in_scope" };
    db.run_command(doc! { "createIndexes": "leads", "indexes": [index] }).await.unwrap();

    let store = open().await;
    assert_eq!(found(&store, "indqv").await, LEADS as u64);
    assert!(!leads.list_index_names().await.unwrap().contains(&"leads_by_gram_in_scope".to_owned()));
    assert_eq!(leads.count_documents(doc! { "keys.grams": { "$exists": true } }).await.unwrap(), 0);
    assert_eq!(store.check().await.unwrap(), [""; 0]);
}

/// How many leads this search finds.
async fn found(store: &MongoStore, text: &str) -> u64 {
    let filter = LeadFilter { search: Some(SearchQuery::parse(text).unwrap()), ..LeadFilter::everything() };
    let sort = Sort { by: LeadSort::UpdatedAt, direction: Direction::Descending };
    let query = LeadQuery { filter, sort, start: Start::Offset(0), limit: 10 };
    let page = store.leads(&everything(), &query).await.unwrap();
    assert_eq!(page.slice.items.len(), 10);
    assert_eq!(page.total, Total::exact(page.total.count));
    page.total.count
}
