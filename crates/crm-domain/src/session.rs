//! A sign-in that lasts: what stands behind a refresh token.

use crate::ids::{SessionId, UserId};
use crate::timestamp::Timestamp;
use crate::user::User;

/// A one-way fingerprint of a refresh token. The token itself is nowhere in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefreshFingerprint(pub [u8; 32]);

/// A user's sign-in on one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id; access tokens carry it.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// What the refresh token is recognised by.
    pub fingerprint: RefreshFingerprint,
    /// The user's access version at sign-in; a session of an older one is over.
    pub access_version: u32,
    /// When it began.
    pub created_at: Timestamp,
    /// When its refresh token was last used.
    pub last_used_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// The address it began from, if known.
    pub address: Option<String>,
    /// What the client called itself, cut to 300 characters.
    pub user_agent: Option<String>,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
}

impl Session {
    /// Whether it still lets its user in.
    pub fn is_live(&self, user: &User, now: Timestamp) -> bool {
        self.ended_at.is_none()
            && now < self.expires_at
            && user.active
            && user.id == self.user
            && user.access_version == self.access_version
    }

    /// The session, ended. Ending it again keeps the first time.
    #[must_use]
    pub fn end(mut self, now: Timestamp) -> Self {
        self.ended_at.get_or_insert(now);
        self
    }

    /// The session, used just now.
    #[must_use]
    pub fn touch(mut self, now: Timestamp) -> Self {
        self.last_used_at = self.last_used_at.later_of(now);
        self
    }
}
