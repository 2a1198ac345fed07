//! Whole databases, read from a server as they are in use: a replica set, or a server by itself.

use std::sync::Arc;

use bson::{Document, doc};
use crm_app::context::Stores;
use crm_app::mirror::Mirror;
use crm_mongo::options::Options;
use crm_mongo::store::MongoStore;
use crm_node_import::report::{Counts, Kind};
use crm_node_import::source::database::{NodeDatabase, SourceError};
use crm_testkit::mongod;
use crm_testkit::mongod::standalone::Standalone;
use crm_testkit::node_backend::NodeBackend;
use crm_testkit::node_backend::crowd::Crowd;
use mongodb::Client;

use crate::support::{Target, source};

const SMALL: Crowd = Crowd { leads: 40, customers: 15, tasks: 15 };

async fn read(address: &str) -> Result<crm_node_import::source::Source, SourceError> {
    NodeDatabase::connect(address).await?.read().await
}

fn all(documents: &[Document]) -> Counts {
    let count = u64::try_from(documents.len()).unwrap();
    Counts { read: count, taken: count, ..Counts::default() }
}

#[tokio::test]
async fn a_database_with_a_thousand_leads_comes_over_whole_and_twice_is_once() {
    let node = NodeBackend::crowd(Crowd { leads: 1_000, customers: 200, tasks: 300 });
    let database = mongod::database().await;
    node.store(database.uri(), database.name()).await;
    let target = Target::embedded();
    let report = target.import(read(&database.database_uri()).await.unwrap()).await;
    assert_eq!(report.counts(Kind::User), all(&node.users));
    assert_eq!(report.counts(Kind::Lead), all(&node.leads));
    assert_eq!(report.counts(Kind::Customer), all(&node.customers));
    assert_eq!(report.counts(Kind::Task), all(&node.tasks));
    assert_eq!(report.counts(Kind::Activity), all(&node.activities));
    let content = target.content().await;
    assert_eq!((content.leads.len(), content.customers.len(), content.tasks.len()), (1_000, 200, 300));
    assert_eq!(u64::try_from(content.events.len()).unwrap(), node.facts, "one event for each fact");
    let hashes: Vec<_> = content.users.iter().map(|user| user.record().password.expose()).collect();
    assert_eq!(hashes, vec![node.hash(); 8]);

    let again = target.import(read(&database.database_uri()).await.unwrap()).await;
    assert!(again.is_complete());
    assert!(Kind::ALL.iter().all(|kind| again.counts(*kind).taken == 0));
    assert_eq!(target.content().await, content);
    // What the server sends is what was written: the tests that ask no server are about the same.
    let unsent = Target::embedded();
    unsent.import(source(&node)).await;
    assert_eq!(unsent.content().await, content);
}

#[tokio::test]
async fn both_stores_hold_the_same_afterwards() {
    let node = NodeBackend::crowd(SMALL);
    let (old, new) = (mongod::database().await, mongod::database().await);
    node.store(old.uri(), old.name()).await;
    let mirror = Arc::new(Mirror::empty());
    let options = Options { database: new.name().to_owned(), ..Options::default() };
    let store = MongoStore::open(new.uri(), options, Arc::clone(&mirror)).await.unwrap();
    let distributed = Target { stores: Stores::of(Arc::clone(&store)), maintenance: store, mirror };
    let embedded = Target::embedded();
    let report = distributed.import(read(&old.database_uri()).await.unwrap()).await;
    assert_eq!(embedded.import(read(&old.database_uri()).await.unwrap()).await, report);
    let content = distributed.content().await;
    assert_eq!(embedded.content().await, content);
    let again = distributed.import(read(&old.database_uri()).await.unwrap()).await;
    assert!(again.is_complete() && again.counts(Kind::Lead).taken == 0);
    assert_eq!(distributed.content().await, content);
}

#[tokio::test]
async fn a_server_by_itself_will_do_and_its_default_database_is_that_of_mongoose() {
    let server = Standalone::start().await;
    let node = NodeBackend::crowd(SMALL);
    node.store(&server.uri(), "test").await;
    let found = NodeDatabase::connect(&server.uri()).await.unwrap();
    assert_eq!(found.name(), "test");
    let target = Target::embedded();
    let report = target.import(found.read().await.unwrap()).await;
    assert_eq!(report.counts(Kind::Lead), all(&node.leads));
}

#[tokio::test]
async fn a_damaged_document_is_left_out_and_the_rest_is_read() {
    let database = mongod::database().await;
    let node = NodeBackend::crowd(SMALL);
    node.store(database.uri(), database.name()).await;
    // A text that is no UTF-8: the driver would not send it as a text, and some other one once did.
    let mut bytes = bson::serialize_to_vec(&doc! { "_id": "damaged", "name": "MARK" }).unwrap();
    let at = bytes.windows(4).position(|window| window == b"MARK").unwrap();
    bytes[at] = 0xff;
    let raw = bson::raw::RawDocumentBuf::from_bytes(bytes).unwrap();
    let client = Client::with_uri_str(database.uri()).await.unwrap();
    let leads = client.database(database.name()).collection::<bson::raw::RawDocumentBuf>("leads");
    leads.insert_one(raw).await.unwrap();
    let target = Target::embedded();
    let report = target.import(read(&database.database_uri()).await.unwrap()).await;
    assert_eq!((report.counts(Kind::Lead).left_out, report.counts(Kind::Lead).taken), (1, 40));
    let finding = report.findings().iter().find(|finding| finding.kind == Kind::Lead).unwrap();
    assert!(finding.why.contains("damaged"), "{finding}");
}

#[tokio::test]
async fn what_is_no_old_database_is_refused_and_the_address_not_shown() {
    let database = mongod::database().await;
    let empty = read(&database.database_uri()).await.err().unwrap();
    assert!(matches!(&empty, SourceError::Nothing { .. }), "{empty:?}");

    let client = Client::with_uri_str(database.uri()).await.unwrap();
    let other = client.database(database.name());
    other.collection::<Document>("invoices").insert_one(doc! { "a": 1 }).await.unwrap();
    let wrong = read(&database.database_uri()).await.err().unwrap();
    assert!(wrong.to_string().contains("it has invoices"), "{wrong}");

    let options = Options { database: database.name().to_owned(), ..Options::default() };
    other.drop().await.unwrap();
    MongoStore::open(database.uri(), options, Arc::new(Mirror::empty())).await.unwrap();
    let ours = read(&database.database_uri()).await.err().unwrap();
    assert!(matches!(ours, SourceError::OurOwn { .. }), "{ours:?}");

    let secret = "mongodb://root:hunter2@127.0.0.1:1/crm?serverSelectionTimeoutMS=200";
    let unreachable = NodeDatabase::connect(secret).await.err().unwrap();
    assert_eq!(unreachable.to_string(), "no server can be reached at 127.0.0.1:1");
    let nonsense = NodeDatabase::connect("mongodb://root:hunter2@").await.err().unwrap();
    assert!(matches!(nonsense, SourceError::Address) && !nonsense.to_string().contains("hunter2"));
}
