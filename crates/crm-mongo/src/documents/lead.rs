//! Leads.

use bson::{Bson, DateTime};
use crm_domain::fold::{fold, search_key};
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::name::Name;
use crm_domain::values::phone::Phone;
use crm_domain::values::source::Source;
use crm_domain::version::{Version, Versioned};
use serde::{Deserialize, Serialize};

use super::fields::{self, Unreadable};
use super::{Stored, date, key, owner, version};
use crate::search;

/// A lead as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LeadDocument {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    version: i64,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    company: Option<String>,
    status: String,
    source: String,
    tags: Vec<String>,
    owner: Bson,
    archived: bool,
    customer: Option<bson::Uuid>,
    created_at: DateTime,
    updated_at: DateTime,
}

/// What a lead is found by.
#[derive(Debug, Serialize)]
pub(crate) struct LeadKeys {
    name: String,
    source: String,
    tags: Vec<String>,
    text: String,
    pieces: Vec<String>,
}

impl LeadDocument {
    /// The lead at this version.
    pub(crate) fn new(lead: &Lead, at: Version) -> Self {
        Self {
            id: key(lead.id),
            version: version(at),
            name: lead.name.as_str().to_owned(),
            email: lead.email.as_ref().map(|email| email.as_str().to_owned()),
            phone: lead.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            company: lead.company.as_ref().map(|company| company.as_str().to_owned()),
            status: lead.status.as_str().to_owned(),
            source: lead.source.as_str().to_owned(),
            tags: fields::tag_texts(&lead.tags),
            owner: owner::write(lead.owner),
            archived: lead.archived,
            customer: lead.customer.map(key),
            created_at: date(lead.created_at),
            updated_at: date(lead.updated_at),
        }
    }
}

impl LeadKeys {
    /// What this lead is found by.
    pub(crate) fn new(lead: &Lead) -> Self {
        let text = search_key(lead.search_fields());
        Self {
            name: fold(lead.name.as_str()),
            source: fold(lead.source.as_str()),
            tags: fields::tag_keys(&lead.tags),
            pieces: search::pieces(&text),
            text,
        }
    }
}

impl Stored for Versioned<Lead> {
    type Document = LeadDocument;
    const COLLECTION: &'static str = "leads";
    const WHAT: &'static str = "lead";

    fn of(stored: LeadDocument) -> Result<Self, Unreadable> {
        let at = fields::version(stored.version)?;
        let lead = Lead {
            id: fields::id(stored.id),
            name: fields::parse("name", &stored.name, Name::parse)?,
            email: fields::parse_opt("email", stored.email.as_deref(), Email::parse)?,
            phone: fields::parse_opt("phone", stored.phone.as_deref(), Phone::parse)?,
            company: fields::parse_opt("company", stored.company.as_deref(), Company::parse)?,
            status: fields::parse("status", &stored.status, LeadStatus::parse)?,
            source: fields::parse("source", &stored.source, Source::parse)?,
            tags: fields::tags(&stored.tags)?,
            owner: owner::read(&stored.owner)?,
            archived: stored.archived,
            customer: stored.customer.map(fields::id),
            created_at: fields::time("created_at", stored.created_at)?,
            updated_at: fields::time("updated_at", stored.updated_at)?,
        };
        Ok(Self::stored(lead, at))
    }
}
