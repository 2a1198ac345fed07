//! Reading the audit log.

pub(crate) mod listing;

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::audits::Audits;
use crm_app::query::audits::AuditQuery;
use crm_domain::access::scope::{Reach, Scope};
use crm_domain::audit::chain::{AuditEntry, AuditHead};

use crate::db::{Db, Outcome};
use crate::list;
use crate::rows::{audit, int};
use crate::store::SqliteStore;

#[async_trait]
impl Audits for SqliteStore {
    async fn entries(&self, scope: &Scope, query: &AuditQuery) -> Result<Counted<AuditEntry>, StoreError> {
        let reach = scope.reach();
        let query = query.clone();
        self.snapshot(move |db| page(db, reach, &query)).await
    }

    async fn stretch(&self, after: u64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.read(move |db| db.all(audit::STRETCH, (int(after), limit), audit::read)).await
    }

    async fn head(&self) -> Result<Option<AuditHead>, StoreError> {
        self.read(|db| db.one(audit::HEAD, [], audit::read_head)).await
    }
}

/// One page of the log.
pub(crate) fn page(db: &Db<'_>, reach: Reach, query: &AuditQuery) -> Outcome<Counted<AuditEntry>> {
    let found = list::find(db, &listing::of(reach, query))?;
    let slice = list::records(db, found.rows, audit::BY_ROW, audit::read)?;
    Ok(Counted { slice, total: found.total })
}
