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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::role::Role;
    use crate::password_hash::PasswordHash;
    use crate::values::email::Email;
    use crate::values::name::PersonName;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000).unwrap()
    }

    fn user() -> User {
        User {
            id: UserId::from_uuid(Uuid::from_u128(1)),
            name: PersonName::parse("Ada").unwrap(),
            email: Email::parse("ada@crm.example").unwrap(),
            role: Role::Agent,
            active: true,
            password: PasswordHash::new("hash".to_owned()),
            access_version: 5,
            created_at: at(1),
            updated_at: at(1),
        }
    }

    fn session() -> Session {
        Session {
            id: SessionId::from_uuid(Uuid::from_u128(2)),
            user: user().id,
            fingerprint: RefreshFingerprint([7; 32]),
            access_version: 5,
            created_at: at(10),
            last_used_at: at(10),
            expires_at: at(20),
            address: None,
            user_agent: None,
            ended_at: None,
        }
    }

    #[test]
    fn a_session_lets_its_user_in_until_it_runs_out() {
        assert!(session().is_live(&user(), at(10)));
        assert!(session().is_live(&user(), Timestamp::from_millis(19_999).unwrap()));
        assert!(!session().is_live(&user(), at(20)));
    }

    #[test]
    fn a_session_is_over_once_it_was_ended() {
        assert!(!session().end(at(11)).is_live(&user(), at(10)));
    }

    #[test]
    fn a_session_is_over_once_its_user_is_kept_out_or_lost_every_token() {
        assert!(!session().is_live(&User { active: false, ..user() }, at(10)));
        assert!(!session().is_live(&User { access_version: 6, ..user() }, at(10)));
    }

    #[test]
    fn a_session_lets_nobody_else_in() {
        let other = User { id: UserId::from_uuid(Uuid::from_u128(9)), ..user() };
        assert!(!session().is_live(&other, at(10)));
    }

    #[test]
    fn a_session_that_is_ended_again_keeps_the_first_moment() {
        assert_eq!(session().end(at(11)).end(at(12)).ended_at, Some(at(11)));
    }

    #[test]
    fn the_last_use_of_a_session_never_goes_backwards() {
        assert_eq!(session().touch(at(12)).last_used_at, at(12));
        assert_eq!(session().touch(at(9)).last_used_at, at(10));
    }
}
