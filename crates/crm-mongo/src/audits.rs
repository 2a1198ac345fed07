//! The audit log: reading it, and what a transaction needs to go on with it.

pub(crate) mod listing;

use async_trait::async_trait;
use bson::doc;
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::audits::Audits;
use crm_app::query::audits::AuditQuery;
use crm_domain::access::scope::Scope;
use crm_domain::audit::chain::{AuditEntry, AuditHead, Mark};

use crate::documents::{self, int};
use crate::list;
use crate::reader::{Find, Reader};
use crate::store::MongoStore;
use listing::{AUDITS, BY_SEQUENCE, HEAD};

#[async_trait]
impl Audits for MongoStore {
    async fn entries(&self, scope: &Scope, query: &AuditQuery) -> Result<Counted<AuditEntry>, StoreError> {
        let listing = listing::of(scope.reach(), query);
        self.snapshot(move |mut reader| async move { list::find(&mut reader, &listing).await }).await
    }

    async fn stretch(&self, after: u64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.read(move |mut reader| async move {
            let behind = Find::all(doc! { "sequence": { "$gt": int(after) } }).by(BY_SEQUENCE);
            let find = behind.sorted(doc! { "sequence": 1_i32 }).at_most(limit);
            let found = reader.all(AUDITS, find).await?;
            found.iter().map(|document| documents::read(document)).collect()
        })
        .await
    }

    async fn head(&self) -> Result<Option<AuditHead>, StoreError> {
        self.read(|mut reader| async move { head(&mut reader).await }).await
    }
}

/// The head, if there is one.
pub(crate) async fn head(reader: &mut Reader) -> Result<Option<AuditHead>, StoreError> {
    let found = reader.one(HEAD, Find::all(doc! { "_id": 1_i32 })).await?;
    found.map(|document| documents::read(&document)).transpose()
}

/// The place of the last entry, if there is any.
pub(crate) async fn newest(reader: &mut Reader) -> Result<Option<Mark>, StoreError> {
    let last = Find::all(doc! {}).by(BY_SEQUENCE).sorted(doc! { "sequence": -1_i32 });
    let Some(found) = reader.one(AUDITS, last).await? else { return Ok(None) };
    let entry: AuditEntry = documents::read(&found)?;
    Ok(Some(Mark { sequence: entry.sequence, seal: entry.seal }))
}
