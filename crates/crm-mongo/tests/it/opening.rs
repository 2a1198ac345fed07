//! What a store says that does not open, and that it never says the password.

use std::sync::Arc;
use std::time::Duration;

use bson::doc;
use crm_app::mirror::Mirror;
use crm_app::open_mode::OpenMode;
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
async fn a_port_where_nothing_listens_is_named_with_its_host() {
    let error = refused(&format!("mongodb://u:{PASSWORD}@127.0.0.1:1/?replicaSet=rs0")).await;
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "no member of the replica set can be reached (127.0.0.1:1: the connection is refused, nothing listens on the \
         port)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_name_without_an_address_is_told_from_a_port_where_nothing_listens() {
    let error = refused(&format!("mongodb://u:{PASSWORD}@db.crm.invalid,127.0.0.1:1/?replicaSet=rs0")).await;
    let text = error.to_string();
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
    assert!(text.contains("db.crm.invalid:27017: DNS has no address for the host name"), "{text}");
    assert!(text.contains("127.0.0.1:1: the connection is refused"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_srv_name_that_dns_does_not_know_is_named_as_such() {
    let error = refused(&format!("mongodb+srv://u:{PASSWORD}@db.crm.invalid/crm")).await;
    assert!(matches!(error, OpenError::Dns), "{error:?}");
    assert!(error.to_string().contains("_mongodb._tcp"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_is_told_from_one_that_refuses() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let error = refused(&format!("mongodb://{address}/?replicaSet=rs0&connectTimeoutMS=100")).await;
    assert!(error.to_string().contains(&format!("{address}: no answer in time")), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standalone_server_is_refused_with_the_command_that_makes_it_a_replica_set() {
    let server = mongod::standalone::Standalone::start().await;
    for options in ["", "?replicaSet=rs0", "?directConnection=true"] {
        let error = refused(&format!("{}{options}", server.uri())).await;
        assert!(matches!(error, OpenError::Standalone), "{options}: {error:?}");
        assert!(error.to_string().contains("rs.initiate()"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_set_that_was_not_initiated_is_refused_with_the_command_that_initiates_it() {
    let server = mongod::standalone::Standalone::uninitiated().await;
    let host = server.uri().trim_start_matches("mongodb://").trim_end_matches('/').to_owned();
    for options in ["", "?replicaSet=rs0", "?directConnection=true"] {
        let error = refused(&format!("{}{options}", server.uri())).await;
        assert!(matches!(error, OpenError::NotInitiated { .. }), "{options}: {error:?}");
        let command = format!(
            "mongosh \"mongodb://{host}/?directConnection=true\" --eval 'rs.initiate({{_id: \"rs0\", members: \
             [{{_id: 0, host: \"{host}\"}}]}})'"
        );
        assert!(error.to_string().ends_with(&command), "{options}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_set_of_another_name_is_named() {
    let place = mongod::database().await;
    let error = refused(&place.uri().replace("replicaSet=rs0", "replicaSet=other")).await;
    assert!(
        matches!(&error, OpenError::OtherSet { expected, found } if (expected.as_str(), found.as_str()) == ("other", "rs0")),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_that_the_server_does_not_speak_is_told_from_a_server_that_is_away() {
    let place = mongod::database().await;
    let error = refused(&format!("{}&tls=true", place.uri())).await;
    assert!(matches!(error, OpenError::Tls { .. }), "{error:?}");
    assert!(error.to_string().contains("the server does not answer in TLS"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_told_apart() {
    let place = mongod::database().await;
    let uri = place.uri().replace("mongodb://", &format!("mongodb://nobody:{PASSWORD}@"));
    let error = refused(&uri).await;
    assert!(matches!(error, OpenError::Credentials), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_a_missing_user_are_told_apart() {
    let server = mongod::guarded::Guarded::start().await;
    server.user("crm", "right-horse", "readWrite", "crm").await;
    let error = refused(&server.uri_of("crm", PASSWORD, "crm")).await;
    assert!(matches!(error, OpenError::Credentials), "{error:?}");
    let nobody = server.uri_of("crm", PASSWORD, "crm").replace(&format!("crm:{PASSWORD}@"), "");
    let error = refused(&nobody.replace("&authSource=admin", "")).await;
    assert!(matches!(error, OpenError::NoCredentials), "{error:?}");
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
    let quick = Options { selection_timeout: Duration::from_secs(2), ..Options::default() };
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

#[tokio::test(flavor = "multi_thread")]
async fn what_another_version_made_is_refused_by_those_who_only_use_it_and_put_right_by_a_migration() {
    let place = mongod::database().await;
    let db = database(&place).await;
    let uri = place.database_uri();
    let open = async |mode| {
        MongoStore::open(&uri, Options { mode, ..Options::default() }, Arc::new(Mirror::empty())).await
    };
    let missing = open(OpenMode::Existing).await.err();
    assert!(matches!(missing, Some(OpenError::NoStore { .. })), "{missing:?}");
    assert_eq!(db.list_collection_names().await.unwrap(), Vec::<String>::new());
    open(OpenMode::CreateIfEmpty).await.unwrap();
    open(OpenMode::Existing).await.unwrap();

    let older = |field: &str| {
        doc! { "update": "workspace", "updates": [{ "q": { "_id": 1 }, "u": { "$set": { field: 0_i64 } } }] }
    };
    let without_indexes = doc! { "dropIndexes": "tasks", "index": "*" };
    for (change, why) in [
        (older("fold_version"), "has other search keys"),
        (older("pieces_version"), "has other search keys"),
        (older("tally_version"), "has other counters"),
        (without_indexes, "has no index tasks_"),
    ] {
        db.run_command(change).await.unwrap();
        for mode in [OpenMode::Existing, OpenMode::CreateIfEmpty] {
            let refused = open(mode).await.err();
            assert!(
                matches!(&refused, Some(OpenError::Outdated { why: told }) if told.contains(why)),
                "{refused:?}"
            );
        }
        open(OpenMode::Migrate).await.unwrap();
        open(OpenMode::Existing).await.unwrap();
    }
}
