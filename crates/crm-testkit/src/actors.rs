//! Who asks, and which records they reach. Scopes come from the policy, as everywhere.

use crm_domain::access::action::Action;
use crm_domain::access::actor::{Actor, SignedIn};
use crm_domain::access::policy::authorize;
use crm_domain::access::role::Role;
use crm_domain::access::scope::Scope;
use crm_domain::ids::{SessionId, UserId};
use crm_domain::user::User;
use crm_domain::values::name::PersonName;
use uuid::Uuid;

/// The user, signed in with this session.
pub fn signed_in(user: &User, session: SessionId) -> Actor {
    Actor::User(SignedIn {
        id: user.id,
        name: user.name.clone(),
        role: user.role,
        access_version: user.access_version,
        session,
    })
}

/// An admin with this id, for where no account is needed.
pub fn admin(id: UserId) -> Actor {
    somebody(id, Role::Admin)
}

/// An agent with this id, for where no account is needed.
pub fn agent(id: UserId) -> Actor {
    somebody(id, Role::Agent)
}

/// The scope that reaches everything.
pub fn everything() -> Scope {
    scope_of(&Actor::system("tests"), Action::ReadLeads)
}

/// The scope that reaches what is this user's.
pub fn own(user: UserId) -> Scope {
    scope_of(&agent(user), Action::ReadLeads)
}

/// What the policy grants this actor for this action.
///
/// # Panics
/// If it grants nothing.
pub fn scope_of(actor: &Actor, action: Action) -> Scope {
    *authorize(actor, action).expect("the policy grants it").scope()
}

fn somebody(id: UserId, role: Role) -> Actor {
    Actor::User(SignedIn {
        id,
        name: PersonName::parse(role.as_str()).unwrap(),
        role,
        access_version: 0,
        session: SessionId::from_uuid(Uuid::nil()),
    })
}

#[cfg(test)]
mod tests {
    use crm_domain::access::scope::Reach;

    use super::*;

    #[test]
    fn an_admin_reaches_everything_and_an_agent_what_is_theirs() {
        let id = UserId::from_uuid(Uuid::from_u128(7));
        assert_eq!(scope_of(&admin(id), Action::ReadLeads).reach(), Reach::Everything);
        assert_eq!(everything().reach(), Reach::Everything);
        assert_eq!(own(id).reach(), Reach::OwnedBy(id));
    }
}
