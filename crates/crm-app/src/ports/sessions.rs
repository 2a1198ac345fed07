//! Reading sessions.

use async_trait::async_trait;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::ids::{SessionId, UserId};
use crm_domain::session::{RefreshFingerprint, Session};
use crm_domain::timestamp::Timestamp;

use crate::error::StoreError;

/// Reads sessions. A session belongs to its user.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Sessions: Send + Sync {
    /// One session, live or over.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn session(&self, scope: &Scope, id: SessionId) -> Result<Sight<Session>, StoreError>;

    /// The session whose refresh token has this fingerprint, live or over.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn session_by_fingerprint(
        &self,
        scope: &Scope,
        fingerprint: &RefreshFingerprint,
    ) -> Result<Option<Session>, StoreError>;

    /// This user's sessions that let them in, last used first, then by id: those that were neither ended nor have run
    /// out, and that the user's access version admits ([`crm_domain::user::User::admits`]). The work MUST grow with
    /// those, not with how many sessions the user had.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn open_sessions(
        &self,
        scope: &Scope,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<Session>, StoreError>;

    /// At most so many sessions that had run out or were ended by this moment. The work MUST grow with those, not with
    /// how many sessions there are.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn sessions_over(
        &self,
        scope: &Scope,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<SessionId>, StoreError>;
}
