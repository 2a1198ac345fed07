//! An account.

use crate::access::role::Role;
use crate::ids::UserId;
use crate::meta::Meta;
use crate::password_hash::PasswordHash;
use crate::patch::Patch;
use crate::refusal::Refusal;
use crate::timestamp::Timestamp;
use crate::values::email::Email;
use crate::values::name::PersonName;

/// Somebody who may sign in. Users are deactivated, never deleted: records and events refer to them for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: PersonName,
    /// The email they sign in with; unique.
    pub email: Email,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in at all.
    pub active: bool,
    /// What is kept of their password.
    pub password: PasswordHash,
    /// Grows when every token and session of theirs is to die at once: on deactivation and on a password that an
    /// admin set. Tokens and sessions carry the number they were made with.
    pub access_version: u32,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A checked change of a user by an admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPatch {
    /// Another name.
    pub name: Patch<PersonName>,
    /// Another email.
    pub email: Patch<Email>,
    /// Another role.
    pub role: Patch<Role>,
    /// Let in or kept out.
    pub active: Patch<bool>,
    /// Another password, hashed.
    pub password: Patch<PasswordHash>,
}

impl User {
    /// The user as the patch makes them.
    #[must_use]
    pub fn edit(mut self, patch: UserPatch, now: Timestamp) -> Self {
        let was_active = self.active;
        let new_password = !patch.password.is_keep();
        patch.name.apply(&mut self.name);
        patch.email.apply(&mut self.email);
        patch.role.apply(&mut self.role);
        patch.active.apply(&mut self.active);
        patch.password.apply(&mut self.password);
        if new_password || (was_active && !self.active) {
            self.access_version = self.access_version.saturating_add(1);
        }
        self.touch(now)
    }

    /// The user, kept out from now on. Deactivating again changes nothing.
    #[must_use]
    pub fn deactivate(self, now: Timestamp) -> Self {
        if self.active {
            let patch = UserPatch {
                name: Patch::Keep,
                email: Patch::Keep,
                role: Patch::Keep,
                active: Patch::Set(false),
                password: Patch::Keep,
            };
            self.edit(patch, now)
        } else {
            self
        }
    }

    /// The user under another name.
    #[must_use]
    pub fn rename(mut self, name: PersonName, now: Timestamp) -> Self {
        self.name = name;
        self.touch(now)
    }

    /// The user with a password that they chose themselves; the session they did it in lives on.
    #[must_use]
    pub fn choose_password(mut self, password: PasswordHash, now: Timestamp) -> Self {
        self.password = password;
        self.touch(now)
    }

    /// Whether they are an admin who may sign in.
    pub fn is_active_admin(&self) -> bool {
        self.active && self.role == Role::Admin
    }

    /// Checks what nobody may do to themselves.
    ///
    /// # Errors
    /// [`Refusal::SelfDeactivation`] or [`Refusal::SelfDemotion`] if `actor` is this user and the change does that.
    pub fn check_own_change(&self, after: &Self, actor: Option<UserId>) -> Result<(), Refusal> {
        if actor != Some(self.id) {
            return Ok(());
        }
        if self.active && !after.active {
            return Err(Refusal::SelfDeactivation);
        }
        if self.role != after.role {
            return Err(Refusal::SelfDemotion);
        }
        Ok(())
    }

    /// What differs in `after`, as an event tells it. A password only says that it changed.
    pub fn differences(&self, after: &Self) -> Meta {
        let meta = Meta::new()
            .compare("name", self.name.as_str(), after.name.as_str())
            .compare("email", self.email.as_str(), after.email.as_str())
            .compare("role", self.role.as_str(), after.role.as_str())
            .compare("isActive", self.active, after.active);
        if self.password == after.password { meta } else { meta.compare("password", "old", "new") }
    }

    fn touch(mut self, now: Timestamp) -> Self {
        self.updated_at = self.updated_at.later_of(now);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meta::{FieldChange, MetaValue};
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000).unwrap()
    }

    fn hash(text: &str) -> PasswordHash {
        PasswordHash::new(text.to_owned())
    }

    fn user(role: Role) -> User {
        User {
            id: UserId::from_uuid(Uuid::from_u128(1)),
            name: PersonName::parse("Ada").unwrap(),
            email: Email::parse("ada@crm.example").unwrap(),
            role,
            active: true,
            password: hash("old"),
            access_version: 5,
            created_at: at(1),
            updated_at: at(10),
        }
    }

    fn keep() -> UserPatch {
        UserPatch {
            name: Patch::Keep,
            email: Patch::Keep,
            role: Patch::Keep,
            active: Patch::Keep,
            password: Patch::Keep,
        }
    }

    #[test]
    fn deactivation_ends_every_token_and_doing_it_again_changes_nothing() {
        let gone = user(Role::Agent).deactivate(at(11));
        let expected = User { active: false, access_version: 6, updated_at: at(11), ..user(Role::Agent) };
        assert_eq!(gone, expected);
        assert_eq!(gone.deactivate(at(12)), expected);
    }

    #[test]
    fn a_password_that_an_admin_sets_ends_every_token() {
        let patch = UserPatch { password: Patch::Set(hash("new")), ..keep() };
        let edited = user(Role::Agent).edit(patch, at(11));
        assert_eq!((edited.access_version, edited.password), (6, hash("new")));
    }

    #[test]
    fn a_password_that_they_choose_themselves_leaves_their_token_good() {
        let edited = user(Role::Agent).choose_password(hash("new"), at(11));
        assert_eq!(edited, User { password: hash("new"), updated_at: at(11), ..user(Role::Agent) });
    }

    #[test]
    fn a_new_role_name_or_email_and_a_return_leave_tokens_alone() {
        let patch = UserPatch {
            name: Patch::Set(PersonName::parse("Grace").unwrap()),
            email: Patch::Set(Email::parse("grace@crm.example").unwrap()),
            role: Patch::Set(Role::Admin),
            active: Patch::Set(true),
            password: Patch::Keep,
        };
        assert_eq!(user(Role::Agent).edit(patch.clone(), at(11)).access_version, 5);
        let back = User { active: false, ..user(Role::Agent) }.edit(patch, at(11));
        assert_eq!((back.active, back.access_version), (true, 5));
    }

    #[test]
    fn the_last_access_version_is_not_passed() {
        let user = User { access_version: u32::MAX, ..user(Role::Agent) };
        assert_eq!(user.deactivate(at(11)).access_version, u32::MAX);
    }

    #[test]
    fn a_users_moment_of_change_never_goes_backwards() {
        assert_eq!(user(Role::Agent).edit(keep(), at(9)).updated_at, at(10));
        assert_eq!(user(Role::Agent).rename(PersonName::parse("Bo").unwrap(), at(9)).updated_at, at(10));
    }

    #[test]
    fn nobody_deactivates_or_demotes_themselves() {
        let admin = user(Role::Admin);
        let gone = admin.clone().deactivate(at(11));
        let demoted = User { role: Role::Agent, ..admin.clone() };
        let own = Some(admin.id);
        assert_eq!(admin.check_own_change(&gone, own), Err(Refusal::SelfDeactivation));
        assert_eq!(admin.check_own_change(&demoted, own), Err(Refusal::SelfDemotion));
        let renamed = admin.clone().rename(PersonName::parse("Bo").unwrap(), at(11));
        assert_eq!(admin.check_own_change(&renamed, own), Ok(()));
        for other in [None, Some(UserId::from_uuid(Uuid::from_u128(2)))] {
            assert_eq!(admin.check_own_change(&gone, other), Ok(()));
            assert_eq!(admin.check_own_change(&demoted, other), Ok(()));
        }
    }

    #[test]
    fn only_an_admin_who_may_sign_in_counts_as_one() {
        assert!(user(Role::Admin).is_active_admin());
        assert!(!user(Role::Agent).is_active_admin());
        assert!(!user(Role::Admin).deactivate(at(11)).is_active_admin());
    }

    #[test]
    fn differences_say_that_a_password_changed_and_not_to_what() {
        let change =
            |field: &str, from: MetaValue, to: MetaValue| FieldChange { field: field.to_owned(), from, to };
        let after = User {
            name: PersonName::parse("Grace").unwrap(),
            email: Email::parse("grace@crm.example").unwrap(),
            role: Role::Admin,
            active: false,
            password: hash("new secret"),
            ..user(Role::Agent)
        };
        assert_eq!(
            user(Role::Agent).differences(&after).changes(),
            [
                change("name", "Ada".into(), "Grace".into()),
                change("email", "ada@crm.example".into(), "grace@crm.example".into()),
                change("role", "agent".into(), "admin".into()),
                change("isActive", true.into(), false.into()),
                change("password", "old".into(), "new".into()),
            ]
        );
    }
}
