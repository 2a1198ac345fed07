//! An account.

use crate::access::role::Role;
use crate::ids::{SessionId, UserId};
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
    /// Grows when every token and session of theirs is to die at once: on deactivation, with every new password, and
    /// when they or an admin end their sessions. Tokens and sessions carry the number they were made with.
    pub access_version: u32,
    /// The session in which they chose their password or ended their other sessions, which lives on: all others of an
    /// older access version are over, however late they began.
    pub spared: Option<SessionId>,
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
            self = self.withdraw_access(None);
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

    /// The user with a password that they chose themselves; the session they did it in lives on, and no other.
    #[must_use]
    pub fn choose_password(mut self, password: PasswordHash, session: SessionId, now: Timestamp) -> Self {
        self.password = password;
        self.withdraw_access(Some(session)).touch(now)
    }

    /// The user, signed out of every session but this one.
    #[must_use]
    pub fn sign_out_elsewhere(self, session: SessionId, now: Timestamp) -> Self {
        self.withdraw_access(Some(session)).touch(now)
    }

    /// The user, signed out everywhere.
    #[must_use]
    pub fn sign_out_everywhere(self, now: Timestamp) -> Self {
        self.withdraw_access(None).touch(now)
    }

    /// Whether this session of theirs, begun at that access version, is good as far as it depends on them.
    pub fn admits(&self, session: SessionId, access_version: u32) -> bool {
        self.access_version == access_version || self.spared == Some(session)
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
        let ended = self.access_version != after.access_version && self.active == after.active;
        if self.password != after.password {
            meta.compare("password", "old", "new")
        } else if ended {
            meta.compare("sessions", "open", "ended")
        } else {
            meta
        }
    }

    fn withdraw_access(self, spared: Option<SessionId>) -> Self {
        Self { access_version: self.access_version.saturating_add(1), spared, ..self }
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
            spared: None,
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
    fn a_password_that_they_choose_themselves_spares_the_session_they_do_it_in_only() {
        let (this, other) =
            (SessionId::from_uuid(Uuid::from_u128(8)), SessionId::from_uuid(Uuid::from_u128(9)));
        let edited = user(Role::Agent).choose_password(hash("new"), this, at(11));
        let expected = User {
            password: hash("new"),
            access_version: 6,
            spared: Some(this),
            updated_at: at(11),
            ..user(Role::Agent)
        };
        assert_eq!(edited, expected);
        assert!(edited.admits(this, 5) && edited.admits(this, 6) && edited.admits(other, 6));
        assert!(!edited.admits(other, 5), "however late it began");
        let again = edited.choose_password(hash("newer"), other, at(12));
        assert!(again.admits(other, 6) && !again.admits(this, 5));
        for gone in [again.clone().sign_out_everywhere(at(13)), again.deactivate(at(13))] {
            assert!(!gone.admits(other, 6) && !gone.admits(this, 5));
        }
    }

    #[test]
    fn ended_sessions_are_told_as_what_they_are() {
        let ended = user(Role::Agent).sign_out_everywhere(at(11));
        assert_eq!(user(Role::Agent).differences(&ended), Meta::new().compare("sessions", "open", "ended"));
        let gone = user(Role::Agent).deactivate(at(11));
        assert_eq!(user(Role::Agent).differences(&gone), Meta::new().compare("isActive", true, false));
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
