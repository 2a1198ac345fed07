//! What a store says that does not open, and that it never says the password.

use std::sync::Arc;
use std::time::Duration;

use bson::doc;
use crm_app::mirror::Mirror;
use crm_mongo::error::OpenError;
use crm_mongo::options::Options;
use crm_mongo::store::MongoStore;
use crm_testkit::mongod;

use crate::support::database;

const PASSWORD: &str = "correct-horse";

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_string_that_is_none_is_refused() {
    for uri in ["", "http://localhost", "mongodb://", &format!("mongodb://u:{PASSWORD}@h:99999/")] {
        assert!(matches!(refused(uri).await, OpenError::Uri(_)), "{uri}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_cannot_be_reached_are_named() {
    let error = refused(&format!("mongodb://u:{PASSWORD}@127.0.0.1:1/?replicaSet=rs0")).await;
    assert!(matches!(&error, OpenError::Unreachable { hosts } if hosts == "127.0.0.1:1"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standalone_server_is_refused_with_the_command_that_makes_it_a_replica_set() {
    let server = mongod::standalone::Standalone::start().await;
    let error = refused(&server.uri()).await;
    assert!(matches!(error, OpenError::Standalone), "{error:?}");
    assert!(error.to_string().contains("rs.initiate()"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_told_apart() {
    let place = mongod::database().await;
    let uri = place.uri().replace("mongodb://", &format!("mongodb://nobody:{PASSWORD}@"));
    let error = refused(&uri).await;
    assert!(matches!(error, OpenError::Credentials), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_left_alone() {
    let place = mongod::database().await;
    let newer = doc! { "_id": 1, "zone": "UTC", "set_up": false, "fold_version": 1_i64, "schema": 99_i64 };
    let db = database(&place).await;
    db.collection("workspace").insert_one(newer).await.unwrap();
    let error = refused(&place.database_uri()).await;
    assert!(matches!(error, OpenError::NewerSchema { found: 99, known: 1 }), "{error:?}");
    assert_eq!(db.list_collection_names().await.unwrap(), ["workspace"]);
}

async fn refused(uri: &str) -> OpenError {
    let quick = Options { selection_timeout: Duration::from_millis(500), ..Options::default() };
    let opened = MongoStore::open(uri, quick, Arc::new(Mirror::empty())).await;
    let error = opened.err().expect("it is refused");
    let mut told = format!("{error} {error:?}");
    let mut cause = std::error::Error::source(&error);
    while let Some(deeper) = cause {
        told.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    assert!(!told.contains(PASSWORD), "{told}");
    error
}
