//! Who the users of the old database are here.

use std::collections::HashMap;

use bson::oid::ObjectId;
use crm_domain::access::role::Role;
use crm_domain::activity::{ActivityActor, EntityKind};
use crm_domain::ids::UserId;
use crm_domain::values::email::Email;
use uuid::Uuid;

use crate::ids;

/// An old user as an account here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// The old users that have an account here, by their old ids.
#[derive(Debug, Default)]
pub(crate) struct People {
    by_old: HashMap<ObjectId, Person>,
    by_email: HashMap<Email, UserId>,
}

/// What is told of somebody whom the old database does not know any more.
const GONE: &str = "(no longer there)";

impl People {
    /// Remembers who this is here.
    pub(crate) fn add(&mut self, old: ObjectId, email: &Email, person: Person) {
        self.by_email.insert(email.clone(), person.id);
        self.by_old.insert(old, person);
    }

    /// The account of the old user with this email.
    pub(crate) fn with_email(&self, email: &Email) -> Option<UserId> {
        self.by_email.get(email).copied()
    }

    /// The account of an old user.
    pub(crate) fn account(&self, old: ObjectId) -> Option<UserId> {
        self.by_old.get(&old).map(|person| person.id)
    }

    /// The id of an old user, whether they have an account here or not.
    pub(crate) fn id(&self, old: ObjectId) -> UserId {
        self.account(old).unwrap_or_else(|| ids::record(EntityKind::User, old))
    }

    /// Who caused an event. Somebody who is gone keeps an id of their own; what nobody caused, the system did.
    pub(crate) fn actor(&self, old: Option<ObjectId>) -> ActivityActor {
        let Some(old) = old else {
            let id = UserId::from_uuid(Uuid::nil());
            return ActivityActor { id, name: "system (import)".to_owned(), role: Role::Admin };
        };
        match self.by_old.get(&old) {
            Some(person) => ActivityActor { id: person.id, name: person.name.clone(), role: person.role },
            None => ActivityActor { id: self.id(old), name: GONE.to_owned(), role: Role::Agent },
        }
    }
}
