//! Keeping what is counted of wrong passwords. It is written beside commits, never in one.

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::ports::throttles::Throttles;
use crm_domain::throttle::entry::{Changes, Entry};
use crm_domain::timestamp::Timestamp;

use crate::engine::job::Written;
use crate::rows::throttle;
use crate::store::SqliteStore;

#[async_trait]
impl Throttles for SqliteStore {
    async fn keep_throttles(&self, changes: &Changes) -> Result<(), StoreError> {
        let changes = changes.clone();
        self.write_or_fail(move |conn| {
            for place in &changes.gone {
                throttle::delete(conn, place)?;
            }
            for entry in &changes.entries {
                throttle::put(conn, entry)?;
            }
            Ok(Written::plain(()))
        })
        .await
    }

    async fn throttles_since(&self, since: Timestamp) -> Result<Vec<Entry>, StoreError> {
        self.read(move |db| db.all(throttle::SINCE, [since.millis()], throttle::read)).await
    }
}
