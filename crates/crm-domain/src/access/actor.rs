//! Who is asking.

use crate::access::role::Role;
use crate::ids::{SessionId, UserId};
use crate::values::name::PersonName;

/// Whoever a use case acts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in user.
    User(SignedIn),
    /// The system itself, with the reason why no user is behind it. May do everything.
    System {
        /// Why, such as `first admin`.
        why: &'static str,
    },
}

/// A user whose token was checked against the current state of their account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The user.
    pub id: UserId,
    /// Their name now.
    pub name: PersonName,
    /// Their role now; never what the token said.
    pub role: Role,
    /// The state of their access that was checked; see [`crate::user::User::access_version`].
    pub access_version: u32,
    /// The session that the token belongs to.
    pub session: SessionId,
}

impl Actor {
    /// The system, acting for a stated reason.
    pub fn system(why: &'static str) -> Self {
        Self::System { why }
    }

    /// The user behind it, if there is one.
    pub fn user(&self) -> Option<&SignedIn> {
        match self {
            Self::User(user) => Some(user),
            Self::System { .. } => None,
        }
    }

    /// The user's id, if there is a user behind it.
    pub fn user_id(&self) -> Option<UserId> {
        self.user().map(|user| user.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn nobody_stands_behind_the_system() {
        let id = UserId::from_uuid(Uuid::from_u128(7));
        let user = SignedIn {
            id,
            name: PersonName::parse("Ada").unwrap(),
            role: Role::Agent,
            access_version: 1,
            session: SessionId::from_uuid(Uuid::from_u128(8)),
        };
        let actor = Actor::User(user.clone());
        assert_eq!((actor.user(), actor.user_id()), (Some(&user), Some(id)));
        assert_eq!((Actor::system("tests").user(), Actor::system("tests").user_id()), (None, None));
    }
}
