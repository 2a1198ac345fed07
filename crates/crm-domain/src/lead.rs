//! A lead: somebody who might become a customer.

use crate::customer::Customer;
use crate::flaw::Flaw;
use crate::fold::SearchField;
use crate::ids::{CustomerId, LeadId, UserId};
use crate::meta::Meta;
use crate::patch::{NullablePatch, Patch};
use crate::refusal::Refusal;
use crate::timestamp::Timestamp;
use crate::values::company::Company;
use crate::values::email::Email;
use crate::values::name::Name;
use crate::values::phone::Phone;
use crate::values::source::Source;
use crate::values::tag::Tags;

/// How far a lead has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeadStatus {
    /// Nobody has talked to them yet.
    New,
    /// Somebody is on it.
    InProgress,
    /// They bought.
    ClosedWon,
    /// They did not.
    ClosedLost,
}

impl LeadStatus {
    /// Every status, in the order of the dashboard.
    pub const ALL: [Self; 4] = [Self::New, Self::InProgress, Self::ClosedWon, Self::ClosedLost];

    /// The status's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::InProgress => "In Progress",
            Self::ClosedWon => "Closed Won",
            Self::ClosedLost => "Closed Lost",
        }
    }

    /// Reads a status's name.
    ///
    /// # Errors
    /// `invalid` if it is none of them.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| Flaw::new("invalid", "must be one of: New, In Progress, Closed Won, Closed Lost"))
    }
}

/// A lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Its id.
    pub id: LeadId,
    /// Who or what it is.
    pub name: Name,
    /// Where to write to.
    pub email: Option<Email>,
    /// Where to call.
    pub phone: Option<Phone>,
    /// Whom they work for.
    pub company: Option<Company>,
    /// How far it has come; a converted one is won, but for an imported one that came with another status.
    pub status: LeadStatus,
    /// Where it came from.
    pub source: Source,
    /// Free labels.
    pub tags: Tags,
    /// The agent it is assigned to, who owns it.
    pub owner: Option<UserId>,
    /// Whether it was put away.
    pub archived: bool,
    /// The customer it became. Once set it never changes.
    pub customer: Option<CustomerId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed; never goes backwards.
    pub updated_at: Timestamp,
}

/// Checked input for a new lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadDraft {
    /// Who or what it is.
    pub name: Name,
    /// Where to write to.
    pub email: Option<Email>,
    /// Where to call.
    pub phone: Option<Phone>,
    /// Whom they work for.
    pub company: Option<Company>,
    /// How far it has come.
    pub status: LeadStatus,
    /// Where it came from.
    pub source: Source,
    /// Free labels.
    pub tags: Tags,
    /// Whether it is put away from the start.
    pub archived: bool,
}

/// A checked change of a lead. By default nothing changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadPatch {
    /// Another name.
    pub name: Patch<Name>,
    /// Another email, or none.
    pub email: NullablePatch<Email>,
    /// Another phone, or none.
    pub phone: NullablePatch<Phone>,
    /// Another company, or none.
    pub company: NullablePatch<Company>,
    /// Another status.
    pub status: Patch<LeadStatus>,
    /// Another source; cleared, it is unknown again.
    pub source: NullablePatch<Source>,
    /// Other tags.
    pub tags: Patch<Tags>,
    /// Put away or taken back.
    pub archived: Patch<bool>,
    /// Another owner, or none.
    pub owner: NullablePatch<UserId>,
}

impl Lead {
    /// A new lead.
    pub fn create(id: LeadId, draft: LeadDraft, owner: Option<UserId>, now: Timestamp) -> Self {
        Self {
            id,
            name: draft.name,
            email: draft.email,
            phone: draft.phone,
            company: draft.company,
            status: draft.status,
            source: draft.source,
            tags: draft.tags,
            owner,
            archived: draft.archived,
            customer: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// The lead as the patch makes it.
    #[must_use]
    pub fn edit(mut self, patch: LeadPatch, now: Timestamp) -> Self {
        patch.name.apply(&mut self.name);
        patch.email.apply(&mut self.email);
        patch.phone.apply(&mut self.phone);
        patch.company.apply(&mut self.company);
        patch.status.apply(&mut self.status);
        match patch.source {
            NullablePatch::Keep => {}
            NullablePatch::Clear => self.source = Source::default(),
            NullablePatch::Set(source) => self.source = source,
        }
        patch.tags.apply(&mut self.tags);
        patch.archived.apply(&mut self.archived);
        patch.owner.apply(&mut self.owner);
        self.touch(now)
    }

    /// The lead, put away.
    #[must_use]
    pub fn archive(mut self, now: Timestamp) -> Self {
        self.archived = true;
        self.touch(now)
    }

    /// The lead, taken back.
    #[must_use]
    pub fn unarchive(mut self, now: Timestamp) -> Self {
        self.archived = false;
        self.touch(now)
    }

    /// The lead in somebody else's hands, or in nobody's.
    #[must_use]
    pub fn reassign(mut self, owner: Option<UserId>, now: Timestamp) -> Self {
        self.owner = owner;
        self.touch(now)
    }

    /// The lead won, and the customer it became, which takes its name, email, phone, company and tags plus
    /// `converted`. An archived lead stays archived.
    ///
    /// # Errors
    /// [`Refusal::AlreadyConverted`] if it has its customer: one customer per lead, for ever.
    pub fn convert(
        mut self,
        customer: CustomerId,
        owner: UserId,
        now: Timestamp,
    ) -> Result<(Self, Customer), Refusal> {
        if let Some(earlier) = self.customer {
            return Err(Refusal::AlreadyConverted(earlier));
        }
        self.status = LeadStatus::ClosedWon;
        self.customer = Some(customer);
        let lead = self.touch(now);
        let customer = Customer {
            id: customer,
            name: lead.name.clone(),
            company: lead.company.clone(),
            email: lead.email.clone(),
            phone: lead.phone.clone(),
            tags: lead.tags.clone().with_converted(),
            owner,
            lead: Some(lead.id),
            notes_count: 0,
            created_at: now,
            updated_at: now,
        };
        Ok((lead, customer))
    }

    /// Checks that the status of a converted lead stays [`LeadStatus::ClosedWon`]. An imported one that has another may be
    /// changed to that only.
    ///
    /// # Errors
    /// [`Refusal::AlreadyConverted`] if `after` has any other status than now.
    pub fn check_status_change(&self, after: &Self) -> Result<(), Refusal> {
        match self.customer {
            Some(customer) if after.status != self.status && after.status != LeadStatus::ClosedWon => {
                Err(Refusal::AlreadyConverted(customer))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// What differs in `after`, as an event tells it.
    pub fn differences(&self, after: &Self) -> Meta {
        Meta::new()
            .compare("name", self.name.as_str(), after.name.as_str())
            .compare("email", text(self.email.as_ref()), text(after.email.as_ref()))
            .compare("phone", self.phone.as_ref().map(Phone::as_str), after.phone.as_ref().map(Phone::as_str))
            .compare(
                "company",
                self.company.as_ref().map(Company::as_str),
                after.company.as_ref().map(Company::as_str),
            )
            .compare("status", self.status.as_str(), after.status.as_str())
            .compare("source", self.source.as_str(), after.source.as_str())
            .compare("tags", &self.tags, &after.tags)
            .compare("assignedAgent", self.owner.map(id_text), after.owner.map(id_text))
            .compare("archived", self.archived, after.archived)
            .compare(
                "customerId",
                self.customer.map(|id| id.to_string()),
                after.customer.map(|id| id.to_string()),
            )
    }

    /// The texts that a search looks into.
    pub fn search_fields(&self) -> [SearchField<'_>; 5] {
        [
            SearchField::Text(self.name.as_str()),
            SearchField::Text(self.email.as_ref().map_or("", Email::as_str)),
            SearchField::Phone(self.phone.as_ref().map_or("", Phone::as_str)),
            SearchField::Text(self.company.as_ref().map_or("", Company::as_str)),
            SearchField::Text(self.source.as_str()),
        ]
    }

    fn touch(mut self, now: Timestamp) -> Self {
        self.updated_at = self.updated_at.later_of(now);
        self
    }
}

fn text(email: Option<&Email>) -> Option<&str> {
    email.map(Email::as_str)
}

fn id_text(id: UserId) -> String {
    id.to_string()
}

#[cfg(test)]
mod tests;
