//! Leads, alone and with their history.

use crm_app::leads::read::LeadDetail;
use crm_domain::activity;
use crm_domain::lead::Lead;
use crm_domain::values::tag::Tag;
use crm_domain::version::Versioned;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::meta::MetaBody;
use crate::dto::people::{NamedBody, People, PersonBody};
use crate::dto::values::{IdText, Instant, LeadStatusWord};

/// A lead.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Lead)]
pub struct LeadBody<'a> {
    /// Its id.
    pub id: IdText,
    /// The same, for clients of the Node.js backend.
    #[serde(rename = "_id")]
    pub legacy_id: IdText,
    /// Who or what it is.
    pub name: &'a str,
    /// Where to write to.
    #[schema(required)]
    pub email: Option<&'a str>,
    /// Where to call.
    #[schema(required)]
    pub phone: Option<&'a str>,
    /// Whom they work for.
    #[schema(required)]
    pub company: Option<&'a str>,
    /// How far it has come.
    pub status: LeadStatusWord,
    /// Where it came from.
    pub source: &'a str,
    /// Free labels.
    pub tags: Vec<&'a str>,
    /// The agent it is assigned to.
    #[schema(required)]
    pub assigned_agent: Option<PersonBody<'a>>,
    /// Whether it was put away.
    pub archived: bool,
    /// The customer it became, once it was converted.
    #[schema(required)]
    pub customer_id: Option<IdText>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Grows by one with each change.
    pub version: u64,
}

/// A lead and what happened to it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LeadDetail)]
pub struct LeadDetailBody<'a> {
    /// The lead.
    #[serde(flatten)]
    pub lead: LeadBody<'a>,
    /// Its last 50 events, newest first.
    pub history: Vec<HistoryEntry<'a>>,
}

/// One thing that happened to a record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HistoryEntry<'a> {
    /// What happened: an event's type without its kind of record, such as `status_changed`.
    pub action: &'static str,
    /// When.
    pub at: Instant,
    /// Who did it.
    pub by: NamedBody<'a>,
    /// What changed.
    pub meta: MetaBody<'a>,
}

impl<'a> LeadBody<'a> {
    pub(crate) fn of(lead: &'a Versioned<Lead>, people: &'a People) -> Self {
        let (record, version) = (lead.record(), lead.version());
        Self {
            id: record.id.into(),
            legacy_id: record.id.into(),
            name: record.name.as_str(),
            email: record.email.as_ref().map(AsRef::as_ref),
            phone: record.phone.as_ref().map(AsRef::as_ref),
            company: record.company.as_ref().map(AsRef::as_ref),
            status: LeadStatusWord(record.status),
            source: record.source.as_str(),
            tags: record.tags.iter().map(Tag::as_str).collect(),
            assigned_agent: record.owner.map(|owner| people.person(owner)),
            archived: record.archived,
            customer_id: record.customer.map(IdText::from),
            created_at: Instant(record.created_at),
            updated_at: Instant(record.updated_at),
            version: version.number(),
        }
    }
}

impl<'a> LeadDetailBody<'a> {
    pub(crate) fn of(detail: &'a LeadDetail, people: &'a People) -> Self {
        Self {
            lead: LeadBody::of(&detail.lead, people),
            history: detail.history.iter().map(HistoryEntry::of).collect(),
        }
    }
}

impl<'a> HistoryEntry<'a> {
    fn of(entry: &'a activity::HistoryEntry) -> Self {
        Self {
            action: entry.kind.action(),
            at: Instant(entry.at),
            by: NamedBody { id: entry.actor.into(), name: &entry.actor_name },
            meta: MetaBody(&entry.meta),
        }
    }
}
