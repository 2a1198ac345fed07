//! Stores of older versions with records in them.

use std::sync::Arc;

use crm_app::mirror::Mirror;
use crm_app::ports::maintenance::Maintenance;
use crm_app::ports::sessions::Sessions;
use crm_domain::access::scope::Sight;
use crm_domain::ids::SessionId;
use crm_domain::session::end::EndReason;
use crm_domain::session::rotation::Rotation;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::migrate::APPLICATION_ID;
use crm_sqlite::engine::options::Options;
use crm_sqlite::store::SqliteStore;
use crm_testkit::actors::everything;
use rusqlite::Connection;
use uuid::Uuid;

const FIRST: &str = include_str!("../../src/migrations/0001_initial.sql");

#[tokio::test]
async fn sessions_from_before_refresh_tokens_changed_go_on_with_the_token_they_have() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(FIRST).unwrap();
    old.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    let (open, over) = (Uuid::from_u128(1), Uuid::from_u128(2));
    for (id, ended_at) in [(open, None), (over, Some(1_700_000_000_500_i64))] {
        let id = id.into_bytes();
        old.execute(
            "INSERT INTO session (id, commit_id, user, fingerprint, access_version, created_at, \
                 last_used_at, expires_at, ended_at) \
             VALUES (?1, ?1, ?1, ?2, 0, 1700000000000, 1700000000001, 1700000000002, ?3)",
            (id, [id, id].concat(), ended_at),
        )
        .unwrap();
    }
    drop(old);

    let mirror = Arc::new(Mirror::empty());
    let store = SqliteStore::open(&Location::File(path), &Options::default(), Arc::clone(&mirror)).unwrap();
    let read = async |id| match store.session(&everything(), SessionId::from_uuid(id)).await.unwrap() {
        Sight::Seen(session) => session,
        other @ (Sight::Hidden | Sight::Absent) => panic!("{other:?}"),
    };
    let (open, over) = (read(open).await, read(over).await);
    assert_eq!((open.rotation, open.ended), (Rotation::BEGUN, None));
    assert_eq!(over.ended.map(|end| (end.at.millis(), end.why)), Some((1_700_000_000_500, EndReason::Ended)));
    let found = store.session_by_fingerprint(&everything(), &open.fingerprint).await.unwrap();
    assert_eq!(found, Some(open));
    assert!(mirror.snapshot().has_ended(over.id));
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}
