//! The audit log as somebody meddles with it who can write the database and has no key.

use std::sync::Arc;

use bson::{Binary, Document, doc};
use crm_app::commit::Commit;
use crm_app::error::StoreError;
use crm_app::ports::audits::Audits;
use crm_app::ports::commits::Commits;
use crm_domain::audit::AuditKind;
use crm_domain::audit::chain::Mark;
use crm_domain::audit::verdict::{Damage, DamageKind, Inspection};
use crm_mongo::store::MongoStore;
use crm_testkit::contract::StoreBuilder;
use crm_testkit::fixtures::Maker;
use crm_testkit::fixtures::audits::audit_key;
use mongodb::Database;

use crate::support::{OnMongo, database};

/// What a check finds; what cannot be read is damage.
async fn inspect(store: &MongoStore) -> Result<Mark, Damage> {
    let key = audit_key();
    let unreadable = Damage { sequence: 0, kind: DamageKind::Unreadable };
    let head = match store.head().await {
        Ok(Some(head)) => head,
        Ok(None) => return Err(Damage { sequence: 0, kind: DamageKind::HeadGone }),
        Err(StoreError::Corrupt { .. }) => return Err(unreadable),
        Err(error) => panic!("{error}"),
    };
    let mut inspection = Inspection::begin(&key, &head, None)?;
    match store.stretch(0, 1_000).await {
        Ok(entries) => entries.iter().try_for_each(|entry| inspection.step(entry))?,
        Err(StoreError::Corrupt { .. }) => return Err(unreadable),
        Err(error) => panic!("{error}"),
    }
    inspection.end(&head)?;
    Ok(inspection.reached())
}

/// Puts everything back as it was.
async fn restore(db: &Database, kept: &[(&str, Vec<Document>)]) {
    for (name, documents) in kept {
        let collection = db.collection::<Document>(name);
        collection.delete_many(doc! {}).await.unwrap();
        collection.insert_many(documents).await.unwrap();
    }
}

async fn all(db: &Database, name: &str) -> Vec<Document> {
    let mut found = db.collection::<Document>(name).find(doc! {}).sort(doc! { "sequence": 1 }).await.unwrap();
    let mut all = Vec::new();
    while found.advance().await.unwrap() {
        all.push(found.deserialize_current().unwrap());
    }
    all
}

fn noise(length: usize) -> Binary {
    Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: vec![0x5a; length] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_done_to_the_documents_is_found() {
    let place = OnMongo.place().await;
    let store = OnMongo.open(&place).await.store;
    let make = Maker::new();
    for kind in [AuditKind::UserCreated, AuditKind::SignInOk, AuditKind::SignInFailed, AuditKind::RoleChanged]
    {
        let events = vec![make.full_audit(kind), make.minimal_audit(kind)];
        let commit = Commit { audit: events, ..Commit::new(make.mint()) };
        store.commit(Arc::new(commit.sealed_with(&audit_key()))).await.unwrap();
    }
    assert_eq!(inspect(&store).await.unwrap().sequence, 8);
    let db = database(&place).await;
    let (audits, heads) = (db.collection::<Document>("audits"), db.collection::<Document>("audit_head"));
    let kept = [("audits", all(&db, "audits").await), ("audit_head", all(&db, "audit_head").await)];
    let mut found = 0;
    let edits = [
        doc! { "at": bson::DateTime::from_millis(1) },
        doc! { "kind": "sign_in_throttled" },
        doc! { "kind": "nonsense" },
        doc! { "actor": bson::Uuid::new() },
        doc! { "actor_name": "Somebody Else" },
        doc! { "subject": bson::Bson::Null },
        doc! { "session": bson::Uuid::new() },
        doc! { "address": "192.0.2.1" },
        doc! { "request_id": bson::Bson::Null },
        doc! { "count": 1_i64 },
        doc! { "details": { "reason": "another" } },
        doc! { "details": 7 },
        doc! { "seal": noise(32) },
        doc! { "seal": noise(31) },
        doc! { "sequence": 900_i64 },
    ];
    for edit in &edits {
        let done =
            audits.update_one(doc! { "sequence": 3_i64 }, doc! { "$set": edit.clone() }).await.unwrap();
        assert_eq!(done.modified_count, 1, "{edit}");
        assert!(inspect(&store).await.is_err(), "{edit}");
        restore(&db, &kept).await;
        found += 1;
    }
    for gone in [doc! { "sequence": 3_i64 }, doc! { "sequence": 1_i64 }, doc! { "sequence": 8_i64 }, doc! {}]
    {
        audits.delete_many(gone.clone()).await.unwrap();
        assert!(inspect(&store).await.is_err(), "{gone}");
        restore(&db, &kept).await;
        found += 1;
    }
    let (mut one, mut other) = (kept[0].1[2].clone(), kept[0].1[5].clone());
    let number = one.insert("sequence", other.get_i64("sequence").unwrap()).unwrap();
    other.insert("sequence", number);
    audits.delete_many(doc! { "sequence": { "$in": [3_i64, 6_i64] } }).await.unwrap();
    audits.insert_many([one, other]).await.unwrap();
    assert!(inspect(&store).await.is_err(), "two swapped");
    restore(&db, &kept).await;
    let mut added = kept[0].1[7].clone();
    added.extend(doc! { "_id": bson::Uuid::new(), "sequence": 9_i64 });
    audits.insert_one(added).await.unwrap();
    assert!(inspect(&store).await.is_err(), "one added");
    restore(&db, &kept).await;
    audits.delete_many(doc! { "sequence": { "$gt": 4_i64 } }).await.unwrap();
    let seal = kept[0].1[3].get("seal").unwrap().clone();
    heads.update_one(doc! {}, doc! { "$set": { "last": 4_i64, "last_seal": seal } }).await.unwrap();
    assert!(inspect(&store).await.is_err(), "the end cut off and named");
    restore(&db, &kept).await;
    for edit in [doc! { "last": 7_i64 }, doc! { "anchor": 1_i64 }, doc! { "seal": noise(32) }] {
        heads.update_one(doc! {}, doc! { "$set": edit.clone() }).await.unwrap();
        assert!(inspect(&store).await.is_err(), "{edit}");
        restore(&db, &kept).await;
        found += 1;
    }
    heads.delete_many(doc! {}).await.unwrap();
    assert!(inspect(&store).await.is_err(), "the head gone");
    restore(&db, &kept).await;
    assert_eq!(inspect(&store).await.unwrap().sequence, 8, "nothing but the meddling was found");
    println!("{} manipulations, {} found", found + 4, found + 4);
}
