//! Customers, in lists and with their latest notes.

use crm_app::customers::read::CustomerDetail;
use crm_domain::customer::Customer;
use crm_domain::values::tag::Tag;
use crm_domain::version::Versioned;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::note::NoteBody;
use crate::dto::people::{People, PersonBody};
use crate::dto::values::{IdText, Instant};

/// A customer as lists show it: without its notes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CustomerSummary)]
pub struct CustomerBody<'a> {
    /// Its id.
    pub id: IdText,
    /// The same, for clients of the Node.js backend.
    #[serde(rename = "_id")]
    pub legacy_id: IdText,
    /// Who or what it is.
    pub name: &'a str,
    /// Whom they work for.
    #[schema(required)]
    pub company: Option<&'a str>,
    /// Where to write to.
    #[schema(required)]
    pub email: Option<&'a str>,
    /// Where to call.
    #[schema(required)]
    pub phone: Option<&'a str>,
    /// Free labels.
    pub tags: Vec<&'a str>,
    /// Whose it is.
    pub owner: PersonBody<'a>,
    /// The lead it came from, if it did.
    #[schema(required)]
    pub lead_id: Option<IdText>,
    /// How many notes it has.
    pub notes_count: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it or one of its notes was last changed.
    pub updated_at: Instant,
    /// Grows by one with each change.
    pub version: u64,
}

/// A customer with its latest notes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct CustomerDetailBody<'a> {
    /// The customer.
    #[serde(flatten)]
    pub customer: CustomerBody<'a>,
    /// The latest five notes, newest first.
    pub notes: Vec<NoteBody<'a>>,
}

impl<'a> CustomerBody<'a> {
    pub(crate) fn of(customer: &'a Versioned<Customer>, people: &'a People) -> Self {
        let (record, version) = (customer.record(), customer.version());
        Self {
            id: record.id.into(),
            legacy_id: record.id.into(),
            name: record.name.as_str(),
            company: record.company.as_ref().map(AsRef::as_ref),
            email: record.email.as_ref().map(AsRef::as_ref),
            phone: record.phone.as_ref().map(AsRef::as_ref),
            tags: record.tags.iter().map(Tag::as_str).collect(),
            owner: people.person(record.owner),
            lead_id: record.lead.map(IdText::from),
            notes_count: record.notes_count,
            created_at: Instant(record.created_at),
            updated_at: Instant(record.updated_at),
            version: version.number(),
        }
    }
}

impl<'a> CustomerDetailBody<'a> {
    pub(crate) fn of(detail: &'a CustomerDetail, people: &'a People) -> Self {
        Self {
            customer: CustomerBody::of(&detail.customer, people),
            notes: detail.notes.iter().map(|note| NoteBody::of(note, people)).collect(),
        }
    }
}
