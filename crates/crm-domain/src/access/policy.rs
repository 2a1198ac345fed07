//! The access rules: one total function of role and action.
//!
//! `docs/permissions.txt` is its truth table; a test regenerates and compares it.

use std::fmt::Write as _;

use thiserror::Error;

use crate::access::action::Action;
use crate::access::actor::Actor;
use crate::access::role::Role;
use crate::access::scope::{Reach, Scope};

/// The right to do one thing, with the records it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    action: Action,
    scope: Scope,
}

impl Grant {
    /// What was granted.
    pub fn action(&self) -> Action {
        self.action
    }

    /// The records that it reaches.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

/// The actor's role does not allow the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this account may not do that")]
pub struct Denied;

/// What a rule says of a role and an action, before it is bound to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Not at all.
    Deny,
    /// On what is their own.
    Own,
    /// On every record.
    All,
}

/// Decides whether the actor may do this, and on which records.
///
/// # Errors
/// [`Denied`] if their role does not allow it at all.
pub fn authorize(actor: &Actor, action: Action) -> Result<Grant, Denied> {
    let reach = match actor {
        Actor::System { .. } => Reach::Everything,
        Actor::User(user) => match rule(user.role, action) {
            Rule::Deny => return Err(Denied),
            Rule::Own => Reach::OwnedBy(user.id),
            Rule::All => Reach::Everything,
        },
    };
    Ok(Grant { action, scope: Scope::new(reach) })
}

/// The rule for a role and an action.
pub fn rule(role: Role, action: Action) -> Rule {
    match action {
        Action::ManageSelf => Rule::Own,
        Action::ReadUsers
        | Action::CreateUser
        | Action::ChangeUser
        | Action::DeactivateUser
        | Action::AssignLead
        | Action::AssignCustomer
        | Action::AssignTask
        | Action::ModerateNote
        | Action::ReadAudit => match role {
            Role::Admin => Rule::All,
            Role::Agent => Rule::Deny,
        },
        Action::ReadLeads
        | Action::CreateLead
        | Action::ChangeLead
        | Action::ConvertLead
        | Action::ReadCustomers
        | Action::CreateCustomer
        | Action::ChangeCustomer
        | Action::DeleteCustomer
        | Action::WriteNote
        | Action::ReadTasks
        | Action::CreateTask
        | Action::ChangeTask
        | Action::DeleteTask
        | Action::ReadActivity
        | Action::ReadDashboard => match role {
            Role::Admin => Rule::All,
            Role::Agent => Rule::Own,
        },
    }
}

/// The truth table of [`rule`], one line per action, as `docs/permissions.txt` holds it.
pub fn truth_table() -> String {
    let mut table = String::from("action           admin  agent\n");
    for action in Action::ALL {
        let cell = |role| match rule(role, action) {
            Rule::Deny => "-",
            Rule::Own => "own",
            Rule::All => "all",
        };
        let name = format!("{action:?}");
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{name:<16} {:<6} {}", cell(Role::Admin), cell(Role::Agent));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::actor::SignedIn;
    use crate::ids::{SessionId, UserId};
    use crate::values::name::PersonName;
    use uuid::Uuid;

    fn user(role: Role) -> Actor {
        Actor::User(SignedIn {
            id: UserId::from_uuid(Uuid::from_u128(7)),
            name: PersonName::parse("Ada").unwrap(),
            role,
            access_version: 1,
            session: SessionId::from_uuid(Uuid::from_u128(8)),
        })
    }

    #[test]
    fn a_grant_reaches_what_the_rule_says() {
        let own = Reach::OwnedBy(UserId::from_uuid(Uuid::from_u128(7)));
        for role in Role::ALL {
            for action in Action::ALL {
                let granted = authorize(&user(role), action);
                let reach = match rule(role, action) {
                    Rule::Deny => None,
                    Rule::Own => Some(own),
                    Rule::All => Some(Reach::Everything),
                };
                assert_eq!(granted.as_ref().ok().map(|grant| grant.scope().reach()), reach, "{action:?}");
                assert_eq!(granted.is_ok_and(|grant| grant.action() == action), reach.is_some());
            }
        }
    }

    #[test]
    fn the_system_may_do_everything_everywhere() {
        for action in Action::ALL {
            let grant = authorize(&Actor::system("tests"), action).unwrap();
            assert_eq!((grant.action(), grant.scope().reach()), (action, Reach::Everything));
        }
    }

    #[test]
    fn an_agent_manages_nobody_and_gives_nothing_away() {
        let denied: Vec<Action> =
            Action::ALL.into_iter().filter(|action| rule(Role::Agent, *action) == Rule::Deny).collect();
        assert_eq!(
            denied,
            [
                Action::ReadUsers,
                Action::CreateUser,
                Action::ChangeUser,
                Action::DeactivateUser,
                Action::AssignLead,
                Action::AssignCustomer,
                Action::ModerateNote,
                Action::AssignTask,
                Action::ReadAudit,
            ]
        );
    }

    #[test]
    fn no_agent_reaches_everything_and_an_admin_is_denied_nothing() {
        for action in Action::ALL {
            assert_ne!(rule(Role::Agent, action), Rule::All, "{action:?}");
            assert_ne!(rule(Role::Admin, action), Rule::Deny, "{action:?}");
        }
        assert_eq!(rule(Role::Admin, Action::ManageSelf), Rule::Own);
    }

    #[test]
    fn the_truth_table_has_a_line_for_every_action() {
        let table = truth_table();
        let mut lines = table.lines();
        assert_eq!(lines.next(), Some("action           admin  agent"));
        assert_eq!(lines.next(), Some("ManageSelf       own    own"));
        assert_eq!(lines.next(), Some("ReadUsers        all    -"));
        assert_eq!(lines.count(), Action::ALL.len() - 2);
    }
}
