//! Customers.

use bson::DateTime;
use crm_domain::customer::Customer;
use crm_domain::fold::{fold, search_key};
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::name::Name;
use crm_domain::values::phone::Phone;
use crm_domain::version::{Version, Versioned};
use serde::{Deserialize, Serialize};

use super::fields::{self, Unreadable};
use super::{Stored, date, int, key, version};
use crate::search;

/// A customer as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CustomerDocument {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    version: i64,
    name: String,
    company: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    tags: Vec<String>,
    owner: bson::Uuid,
    lead: Option<bson::Uuid>,
    notes_count: i64,
    created_at: DateTime,
    updated_at: DateTime,
}

/// What a customer is found by.
#[derive(Debug, Serialize)]
pub(crate) struct CustomerKeys {
    name: String,
    tags: Vec<String>,
    text: String,
    pieces: Vec<String>,
}

impl CustomerDocument {
    /// The customer at this version.
    pub(crate) fn new(customer: &Customer, at: Version) -> Self {
        Self {
            id: key(customer.id),
            version: version(at),
            name: customer.name.as_str().to_owned(),
            company: customer.company.as_ref().map(|company| company.as_str().to_owned()),
            email: customer.email.as_ref().map(|email| email.as_str().to_owned()),
            phone: customer.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            tags: fields::tag_texts(&customer.tags),
            owner: key(customer.owner),
            lead: customer.lead.map(key),
            notes_count: int(customer.notes_count),
            created_at: date(customer.created_at),
            updated_at: date(customer.updated_at),
        }
    }
}

impl CustomerKeys {
    /// What this customer is found by.
    pub(crate) fn new(customer: &Customer) -> Self {
        let text = search_key(customer.search_fields());
        Self {
            name: fold(customer.name.as_str()),
            tags: fields::tag_keys(&customer.tags),
            pieces: search::pieces(&text),
            text,
        }
    }
}

impl Stored for Versioned<Customer> {
    type Document = CustomerDocument;
    const COLLECTION: &'static str = "customers";
    const WHAT: &'static str = "customer";

    fn of(stored: CustomerDocument) -> Result<Self, Unreadable> {
        let at = fields::version(stored.version)?;
        let customer = Customer {
            id: fields::id(stored.id),
            name: fields::parse("name", &stored.name, Name::parse)?,
            company: fields::parse_opt("company", stored.company.as_deref(), Company::parse)?,
            email: fields::parse_opt("email", stored.email.as_deref(), Email::parse)?,
            phone: fields::parse_opt("phone", stored.phone.as_deref(), Phone::parse)?,
            tags: fields::tags(&stored.tags)?,
            owner: fields::id(stored.owner),
            lead: stored.lead.map(fields::id),
            notes_count: fields::count("notes_count", stored.notes_count)?,
            created_at: fields::time("created_at", stored.created_at)?,
            updated_at: fields::time("updated_at", stored.updated_at)?,
        };
        Ok(Self::stored(customer, at))
    }
}
