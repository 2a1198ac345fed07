//! A customer: somebody who bought.

use crate::fold::SearchField;
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
    pub fn search_fields(&self) -> [SearchField<'_>; 4] {
        [
            SearchField::Text(self.name.as_str()),
            SearchField::Text(self.company.as_ref().map_or("", Company::as_str)),
            SearchField::Text(self.email.as_ref().map_or("", Email::as_str)),
            SearchField::Phone(self.phone.as_ref().map_or("", Phone::as_str)),
        ]
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
    use crate::values::tag::Tag;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000).unwrap()
    }

    fn user(number: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(number))
    }

    fn customer() -> Customer {
        let draft = CustomerDraft {
            name: Name::parse("Ada").unwrap(),
            company: Some(Company::parse("Engines").unwrap()),
            email: Some(Email::parse("ada@x.example").unwrap()),
            phone: Some(Phone::parse("112").unwrap()),
            tags: Tags::new([Tag::parse("vip").unwrap()]).unwrap(),
        };
        Customer::create(CustomerId::from_uuid(Uuid::from_u128(1)), draft, user(7), at(10))
    }

    fn keep() -> CustomerPatch {
        CustomerPatch {
            name: Patch::Keep,
            company: NullablePatch::Keep,
            email: NullablePatch::Keep,
            phone: NullablePatch::Keep,
            tags: Patch::Keep,
            owner: Patch::Keep,
        }
    }

    fn change(field: &str, from: impl Into<MetaValue>, to: impl Into<MetaValue>) -> FieldChange {
        FieldChange { field: field.to_owned(), from: from.into(), to: to.into() }
    }

    #[test]
    fn a_new_customer_was_no_lead_and_has_no_notes() {
        let customer = customer();
        assert_eq!((customer.lead, customer.notes_count), (None, 0));
        assert_eq!((customer.created_at, customer.updated_at), (at(10), at(10)));
        assert_eq!(customer.owner, user(7));
    }

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        assert_eq!(customer().edit(keep(), at(11)), Customer { updated_at: at(11), ..customer() });
        let patch = CustomerPatch { phone: NullablePatch::Clear, tags: Patch::Set(Tags::none()), ..keep() };
        let edited = Customer { phone: None, tags: Tags::none(), updated_at: at(11), ..customer() };
        assert_eq!(customer().edit(patch, at(11)), edited);
    }

    #[test]
    fn notes_are_counted_and_never_below_none() {
        let noted = customer().note_added(at(11)).note_added(at(12));
        assert_eq!((noted.notes_count, noted.updated_at), (2, at(12)));
        let edited = noted.note_edited(at(13));
        assert_eq!((edited.notes_count, edited.updated_at), (2, at(13)));
        let bare = edited.note_deleted(at(14)).note_deleted(at(15)).note_deleted(at(16));
        assert_eq!((bare.notes_count, bare.updated_at), (0, at(16)));
    }

    #[test]
    fn a_customers_moment_of_change_never_goes_backwards() {
        assert_eq!(customer().edit(keep(), at(9)).updated_at, at(10));
        assert_eq!(customer().reassign(user(8), at(9)).updated_at, at(10));
        assert_eq!(customer().note_added(at(9)).updated_at, at(10));
        assert_eq!(customer().note_edited(at(9)).updated_at, at(10));
        assert_eq!(customer().note_deleted(at(9)).updated_at, at(10));
    }

    #[test]
    fn differences_are_told_under_the_names_of_the_wire() {
        let after = Customer {
            name: Name::parse("Grace").unwrap(),
            company: None,
            email: None,
            phone: Some(Phone::parse("110").unwrap()),
            tags: Tags::none(),
            ..customer().reassign(user(8), at(11))
        };
        assert_eq!(
            customer().differences(&after).changes(),
            [
                change("name", "Ada", "Grace"),
                change("company", "Engines", MetaValue::Nothing),
                change("email", "ada@x.example", MetaValue::Nothing),
                change("phone", "112", "110"),
                change("tags", vec!["vip".to_owned()], Vec::new()),
                change("owner", user(7).to_string(), user(8).to_string()),
            ]
        );
        assert!(customer().differences(&customer().note_edited(at(11))).is_empty());
    }

    #[test]
    fn a_search_looks_into_four_texts() {
        use SearchField::{Phone, Text};
        assert_eq!(
            customer().search_fields(),
            [Text("Ada"), Text("Engines"), Text("ada@x.example"), Phone("112")]
        );
        let bare = Customer { company: None, email: None, phone: None, ..customer() };
        assert_eq!(bare.search_fields(), [Text("Ada"), Text(""), Text(""), Phone("")]);
    }
}
