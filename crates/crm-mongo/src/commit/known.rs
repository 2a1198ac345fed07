//! Whether a commit was applied by an earlier try: by its events, by the session it made, or by its entries of the audit
//! log. What has none of them comes to the same when it is applied again.

use std::collections::HashSet;
use std::sync::Arc;

use bson::{Bson, Document, doc};
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::error::StoreError;
use crm_domain::ids::CommitId;
use mongodb::Collection;
use mongodb::options::ReadConcern;

use crate::activities::listing::BY_COMMIT;
use crate::audits::listing::AUDITS;
use crate::documents::id;
use crate::error::store_error;
use crate::reader::Find;
use crate::store::{Inner, defect};

/// Whether it was applied, and is kept by most members by now.
pub(super) async fn is_known(inner: &Inner, commit: &Commit) -> Result<bool, StoreError> {
    let Some((collection, filter)) = trace(commit) else { return Ok(false) };
    // What the primary alone has may be gone after it. But only what it has can have been in a transaction's way.
    if !is_there(inner, collection, filter.clone(), ReadConcern::local()).await? {
        return Ok(false);
    }
    is_there(inner, collection, filter, ReadConcern::linearizable()).await
}

/// Those of the commits that were applied.
pub(super) async fn of(inner: &Inner, commits: &[Arc<Commit>]) -> Result<HashSet<CommitId>, StoreError> {
    let mut known = HashSet::new();
    let mut asked = Vec::new();
    for commit in commits {
        if commit.events.is_empty() {
            if is_known(inner, commit).await? {
                known.insert(commit.id);
            }
        } else {
            asked.push(Bson::from(crate::documents::key(commit.id)));
        }
    }
    let mut reader = inner.reader(inner.options.long_deadline);
    for some in asked.chunks(1_000) {
        let filter = doc! { "commit": { "$in": some } };
        let find = Find::all(filter).by(BY_COMMIT).fields(doc! { "_id": 0, "commit": 1 });
        for found in reader.all("activities", find).await? {
            let found = Document::try_from(found).ok();
            let found = found.and_then(|found| match found.get("commit") {
                Some(Bson::Binary(commit)) => commit.to_uuid().ok(),
                _ => None,
            });
            let found = found.ok_or_else(|| defect("an event without a commit"))?;
            known.insert(crate::documents::fields::id(found));
        }
    }
    Ok(known)
}

/// Where a commit that was applied is found.
fn trace(commit: &Commit) -> Option<(&'static str, Document)> {
    if !commit.events.is_empty() {
        return Some(("activities", doc! { "commit": id(commit.id) }));
    }
    let session = commit.changes.iter().find_map(|change| {
        if let Change::InsertSession(session) = change {
            Some(("sessions", doc! { "_id": id(session.id), "commit": id(commit.id) }))
        } else {
            None
        }
    });
    session.or_else(|| commit.audit.first().map(|event| (AUDITS, doc! { "_id": id(event.id) })))
}

async fn is_there(
    inner: &Inner,
    collection: &str,
    filter: Document,
    concern: ReadConcern,
) -> Result<bool, StoreError> {
    let from: Collection<Document> = inner.db.collection(collection);
    let found = from.find_one(filter).projection(doc! { "_id": 1 }).read_concern(concern);
    let found = found.max_time(inner.options.deadline).await;
    Ok(found.map_err(|error| store_error(&error))?.is_some())
}
