//! A customer: somebody who bought.

use crate::ids::{CustomerId, LeadId, UserId};
use crate::meta::Meta;
use crate::patch::{NullablePatch, Patch};
use crate::timestamp::Timestamp;
use crate::values::company::Company;
use crate::values::email::Email;
use crate::values::name::Name;
use crate::values::phone::Phone;
use crate::values::tag::Tags;

/// A customer. There is always somebody who owns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Who or what it is.
    pub name: Name,
    /// Whom they work for.
    pub company: Option<Company>,
    /// Where to write to.
    pub email: Option<Email>,
    /// Where to call.
    pub phone: Option<Phone>,
    /// Free labels.
    pub tags: Tags,
    /// Whose it is.
    pub owner: UserId,
    /// The lead it came from, if it did. Never changes.
    pub lead: Option<LeadId>,
    /// How many notes it has.
    pub notes_count: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or one of its notes was last changed; never goes backwards.
    pub updated_at: Timestamp,
}

/// Checked input for a new customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerDraft {
    /// Who or what it is.
    pub name: Name,
    /// Whom they work for.
    pub company: Option<Company>,
    /// Where to write to.
    pub email: Option<Email>,
    /// Where to call.
    pub phone: Option<Phone>,
    /// Free labels.
    pub tags: Tags,
}

/// A checked change of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerPatch {
    /// Another name.
    pub name: Patch<Name>,
    /// Another company, or none.
    pub company: NullablePatch<Company>,
    /// Another email, or none.
    pub email: NullablePatch<Email>,
    /// Another phone, or none.
    pub phone: NullablePatch<Phone>,
    /// Other tags.
    pub tags: Patch<Tags>,
    /// Another owner.
    pub owner: Patch<UserId>,
}

impl Customer {
    /// A new customer that no lead became.
    pub fn create(id: CustomerId, draft: CustomerDraft, owner: UserId, now: Timestamp) -> Self {
        Self {
            id,
            name: draft.name,
            company: draft.company,
            email: draft.email,
            phone: draft.phone,
            tags: draft.tags,
            owner,
            lead: None,
            notes_count: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// The customer as the patch makes it.
    #[must_use]
    pub fn edit(mut self, patch: CustomerPatch, now: Timestamp) -> Self {
        patch.name.apply(&mut self.name);
        patch.company.apply(&mut self.company);
        patch.email.apply(&mut self.email);
        patch.phone.apply(&mut self.phone);
        patch.tags.apply(&mut self.tags);
        patch.owner.apply(&mut self.owner);
        self.touch(now)
    }

    /// The customer in somebody else's hands.
    #[must_use]
    pub fn reassign(mut self, owner: UserId, now: Timestamp) -> Self {
        self.owner = owner;
        self.touch(now)
    }

    /// The customer with one note more.
    #[must_use]
    pub fn note_added(mut self, now: Timestamp) -> Self {
        self.notes_count = self.notes_count.saturating_add(1);
        self.touch(now)
    }

    /// The customer after one of its notes was edited.
    #[must_use]
    pub fn note_edited(self, now: Timestamp) -> Self {
        self.touch(now)
    }

    /// The customer with one note less.
    #[must_use]
    pub fn note_deleted(mut self, now: Timestamp) -> Self {
        self.notes_count = self.notes_count.saturating_sub(1);
        self.touch(now)
    }

    /// What differs in `after`, as an event tells it.
    pub fn differences(&self, after: &Self) -> Meta {
        Meta::new()
            .compare("name", self.name.as_str(), after.name.as_str())
            .compare(
                "company",
                self.company.as_ref().map(Company::as_str),
                after.company.as_ref().map(Company::as_str),
            )
            .compare("email", self.email.as_ref().map(Email::as_str), after.email.as_ref().map(Email::as_str))
            .compare("phone", self.phone.as_ref().map(Phone::as_str), after.phone.as_ref().map(Phone::as_str))
            .compare("tags", &self.tags, &after.tags)
            .compare("owner", self.owner.to_string(), after.owner.to_string())
    }

    /// The texts that a search looks into.
    pub fn searched(&self) -> [&str; 4] {
        [
            self.name.as_str(),
            self.company.as_ref().map_or("", Company::as_str),
            self.email.as_ref().map_or("", Email::as_str),
            self.phone.as_ref().map_or("", Phone::as_str),
        ]
    }

    fn touch(mut self, now: Timestamp) -> Self {
        self.updated_at = self.updated_at.later_of(now);
        self
    }
}
