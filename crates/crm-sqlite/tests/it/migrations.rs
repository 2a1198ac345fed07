//! Stores of older versions with records in them.

use std::sync::Arc;

use crm_app::commit::replay::ReplayKey;
use crm_app::mirror::Mirror;
use crm_app::paging::{Direction, Sort, Start};
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_app::ports::replays::Replays;
use crm_app::ports::sessions::Sessions;
use crm_app::query::leads::{LeadFilter, LeadQuery, LeadSort};
use crm_domain::access::scope::Sight;
use crm_domain::ids::{SessionId, UserId};
use crm_domain::session::end::EndReason;
use crm_domain::session::rotation::Rotation;
use crm_domain::timestamp::Timestamp;
use crm_domain::values::search_query::SearchQuery;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::migrate::APPLICATION_ID;
use crm_sqlite::engine::options::Options;
use crm_sqlite::store::SqliteStore;
use crm_testkit::actors::{everything, own};
use rusqlite::Connection;
use uuid::Uuid;

use crate::support::World;

const FIRST: &str = include_str!("../../src/migrations/0001_initial.sql");
const SECOND: &str = include_str!("../../src/migrations/0002_arrivals.sql");
const THIRD: &str = include_str!("../../src/migrations/0003_audit.sql");
const FOURTH: &str = include_str!("../../src/migrations/0004_throttle.sql");
const FIFTH: &str = include_str!("../../src/migrations/0005_session_rotation.sql");

/// What every migration up to this number makes, in a file.
fn store_of_version(path: &std::path::Path, migrations: &[&str]) -> Connection {
    let old = Connection::open(path).unwrap();
    for migration in migrations {
        old.execute_batch(migration).unwrap();
    }
    old.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    old.pragma_update(None, "user_version", i64::try_from(migrations.len()).unwrap()).unwrap();
    old
}

#[tokio::test]
async fn answers_that_were_kept_without_headers_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let old = store_of_version(&path, &[FIRST, SECOND, THIRD, FOURTH, FIFTH]);
    let user = Uuid::from_u128(1);
    old.execute(
        "INSERT INTO replay (user, target, key, body_hash, status, body, expires_at) \
             VALUES (?1, 'POST /api/leads', 'k', ?2, 201, x'7b7d', 1700000000000)",
        (user.into_bytes(), [7; 32]),
    )
    .unwrap();
    drop(old);
    let mirror = Arc::new(Mirror::empty());
    let store = SqliteStore::open(&Location::File(path), &Options::default(), mirror).unwrap();
    let key = ReplayKey {
        user: UserId::from_uuid(user),
        target: "POST /api/leads".to_owned(),
        key: "k".to_owned(),
    };
    let kept = store.kept_answer(&key, Timestamp::MIN).await.unwrap().unwrap();
    assert_eq!(
        (kept.status, kept.body.as_slice(), kept.etag, kept.location),
        (201, b"{}".as_slice(), None, None)
    );
}

#[tokio::test]
async fn sessions_from_before_refresh_tokens_changed_go_on_with_the_token_they_have() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let old = store_of_version(&path, &[FIRST]);
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
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_an_owner_searches_in_a_store_of_before_is_found_and_the_store_of_before_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    let location = Location::File(path.clone());
    let open = || SqliteStore::open(&location, &Options::default(), Arc::new(Mirror::empty())).unwrap();
    let world = World::of(120);
    let query = LeadQuery {
        filter: LeadFilter {
            search: Some(SearchQuery::parse("corporation").unwrap()),
            ..LeadFilter::everything()
        },
        sort: Sort { by: LeadSort::UpdatedAt, direction: Direction::Descending },
        start: Start::Offset(0),
        limit: 10,
    };
    let scope = own(world.users[0].id);
    let store = open();
    store.load(world.commits()).await.unwrap();
    let before = store.leads(&scope, &query).await.unwrap();
    assert_eq!((before.slice.items.len(), before.total.count), (7, 7));
    drop(store);
    // What the ninth migration and those after it have made.
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "DROP INDEX lead_by_owner_text; DROP INDEX activity_of_lead; DROP TABLE search_rebuild;
             DROP TABLE customer_cleanup; ALTER TABLE transfer DROP COLUMN finished_at; PRAGMA user_version = 8",
        )
        .unwrap();

    let store = open();
    assert_eq!(store.leads(&scope, &query).await.unwrap(), before);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    assert!(folder.path().join("crm.db.before-0009").exists());
}
