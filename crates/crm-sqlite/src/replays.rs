//! Reading and forgetting the answers that are kept for repeated requests. Commits write them.

use async_trait::async_trait;
use crm_app::commit::replay::{Replay, ReplayKey};
use crm_app::error::StoreError;
use crm_app::ports::replays::Replays;
use crm_domain::timestamp::Timestamp;

use crate::engine::job::Written;
use crate::rows::{key, replay};
use crate::store::SqliteStore;

#[async_trait]
impl Replays for SqliteStore {
    async fn kept_answer(&self, asked: &ReplayKey, now: Timestamp) -> Result<Option<Replay>, StoreError> {
        let asked = asked.clone();
        self.glance(move |db| {
            let wanted = (key(asked.user), &asked.target, &asked.key, now.millis());
            db.one(replay::KEPT, wanted, replay::read)
        })
        .await
    }

    async fn forget_answers(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.write_or_fail(move |conn| {
            let gone = conn.prepare_cached(replay::FORGET)?.execute((now.millis(), limit))?;
            Ok(Written::plain(u32::try_from(gone).unwrap_or(u32::MAX)))
        })
        .await
    }
}
