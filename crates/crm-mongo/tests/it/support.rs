//! Stores on databases of their own.

use std::sync::Arc;

use async_trait::async_trait;
use bson::{Document, doc};
use crm_app::mirror::Mirror;
use crm_mongo::options::Options;
use crm_mongo::store::MongoStore;
use crm_testkit::contract::{Handle, RecordKind, StoreBuilder};
use crm_testkit::mongod::{self, TestDatabase};
use mongodb::{Client, Database};
use uuid::Uuid;

/// Makes stores on databases of the run's server.
pub(crate) struct OnMongo;

#[async_trait]
impl StoreBuilder for OnMongo {
    type Store = MongoStore;
    type Place = TestDatabase;

    async fn place(&self) -> TestDatabase {
        mongod::database().await
    }

    async fn open(&self, place: &TestDatabase) -> Handle<MongoStore> {
        let mirror = Arc::new(Mirror::empty());
        let store = MongoStore::open(&place.database_uri(), Options::default(), Arc::clone(&mirror)).await;
        Handle { store: store.expect("the store opens"), mirror }
    }

    async fn corrupt(&self, place: &TestDatabase, kind: RecordKind, id: Uuid) {
        let (collection, spoilt) = match kind {
            RecordKind::User => ("users", doc! { "name": "" }),
            RecordKind::Session => ("sessions", doc! { "created_at": "never" }),
            RecordKind::Lead => ("leads", doc! { "status": "Lost in thought" }),
            RecordKind::Customer => ("customers", doc! { "name": 7 }),
            RecordKind::Note => ("notes", doc! { "text": "" }),
            RecordKind::Task => ("tasks", doc! { "due": "someday" }),
            RecordKind::Transfer => ("transfers", doc! { "leads": -1_i64 }),
            RecordKind::Cleanup => ("customer_cleanups", doc! { "deleted_by": 7 }),
            RecordKind::Audit => ("audits", doc! { "count": -1_i64 }),
            RecordKind::Activity => ("activities", doc! { "message": false }),
        };
        let id = bson::Uuid::from_bytes(id.into_bytes());
        let from = database(place).await.collection::<Document>(collection);
        let done = from.update_one(doc! { "_id": id }, doc! { "$set": spoilt }).await.unwrap();
        assert_eq!(done.modified_count, 1);
        if kind == RecordKind::Activity {
            // A lead holds a copy, which would be as good.
            let leads = database(place).await.collection::<Document>("leads");
            let copy = doc! { "$set": { "recent.$.message": false } };
            leads.update_many(doc! { "recent._id": id }, copy).await.unwrap();
        }
    }
}

/// The database itself.
pub(crate) async fn database(place: &TestDatabase) -> Database {
    Client::with_uri_str(place.uri()).await.unwrap().database(place.name())
}
