//! Reading sessions. A session belongs to its user.

use std::cmp::Reverse;

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::ports::sessions::Sessions;
use crm_domain::access::scope::{Reach, Scope, Sight};
use crm_domain::ids::{SessionId, UserId};
use crm_domain::session::{RefreshFingerprint, Session};
use crm_domain::timestamp::Timestamp;

use crate::rows::{key, session};
use crate::store::SqliteStore;

#[async_trait]
impl Sessions for SqliteStore {
    async fn session(&self, scope: &Scope, id: SessionId) -> Result<Sight<Session>, StoreError> {
        let scope = *scope;
        self.glance(move |db| {
            Ok(match db.one(session::BY_ID, [key(id)], session::read)? {
                Some(session) => Sight::judge(&scope, Some(session.user), session),
                None => Sight::Absent,
            })
        })
        .await
    }

    async fn session_by_fingerprint(
        &self,
        scope: &Scope,
        fingerprint: &RefreshFingerprint,
    ) -> Result<Option<Session>, StoreError> {
        let scope = *scope;
        let fingerprint = *fingerprint;
        self.glance(move |db| {
            let found = db.one(session::BY_FINGERPRINT, [fingerprint.0], session::read)?;
            Ok(found.filter(|session| scope.admits(Some(session.user))))
        })
        .await
    }

    async fn open_sessions(
        &self,
        scope: &Scope,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<Session>, StoreError> {
        if !scope.admits(Some(user)) {
            return Ok(Vec::new());
        }
        self.snapshot(move |db| {
            let mut open = db.all(session::OPEN, (key(user), now.millis()), session::read)?;
            open.extend(db.one(session::RETAINED, (key(user), now.millis()), session::read)?);
            open.sort_by_key(|session| (Reverse(session.last_used_at), session.id));
            Ok(open)
        })
        .await
    }

    async fn sessions_over(
        &self,
        scope: &Scope,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<SessionId>, StoreError> {
        if scope.reach() != Reach::Everything {
            return Ok(Vec::new());
        }
        self.snapshot(move |db| {
            let mut over = db.all(session::RUN_OUT, (before.millis(), limit), session::read_id)?;
            let rest = limit.saturating_sub(u32::try_from(over.len()).unwrap_or(limit));
            over.extend(db.all(session::ENDED, (before.millis(), rest), session::read_id)?);
            Ok(over)
        })
        .await
    }
}
