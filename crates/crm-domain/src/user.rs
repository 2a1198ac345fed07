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
