//! Leads as the Node.js backend kept them, each with its history.

use bson::oid::ObjectId;
use bson::{Bson, Document};
use crm_domain::timestamp::Timestamp;

use super::fields::Fields;
use crate::ids::{self, Thing};
use crate::report::{Item, Kind};

/// A lead.
pub(crate) struct NodeLead {
    pub(crate) item: Item,
    pub(crate) id: ObjectId,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) company: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) status: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) agent: Option<ObjectId>,
    pub(crate) archived: bool,
    pub(crate) history: Vec<NodeHistoryEntry>,
    /// Entries of the history that are none.
    pub(crate) unreadable: Vec<Item>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
}

/// Something that happened to a lead.
pub(crate) struct NodeHistoryEntry {
    pub(crate) item: Item,
    /// Its own, or one made of the lead's and its place.
    pub(crate) id: ObjectId,
    pub(crate) action: Option<String>,
    pub(crate) at: Option<Timestamp>,
    pub(crate) by: Option<ObjectId>,
    pub(crate) meta: Option<Document>,
}

const KNOWN: &[&str] = &[
    "name",
    "email",
    "phone",
    "company",
    "tags",
    "status",
    "source",
    "assignedAgent",
    "archived",
    "history",
    "createdAt",
    "updatedAt",
];

/// Reads a document; else what is left out, and why.
pub(super) fn read(document: &Document) -> Result<NodeLead, (Item, String)> {
    let (mut fields, id) = Fields::of(Kind::Lead, document)?;
    let name = fields.text("name");
    fields.called(name.as_deref());
    let (mut history, mut unreadable) = (Vec::new(), Vec::new());
    for (place, entry) in fields.list("history").iter().enumerate() {
        if let Bson::Document(entry) = entry {
            history.push(read_entry(id, place, entry, name.as_deref()));
        } else {
            unreadable.push(Item::new(Kind::HistoryEntry, name_of(id, place)));
        }
    }
    Ok(NodeLead {
        id,
        name,
        email: fields.text("email"),
        phone: fields.text("phone"),
        company: fields.text("company"),
        tags: fields.texts("tags"),
        status: fields.text("status"),
        source: fields.text("source"),
        agent: fields.reference("assignedAgent"),
        archived: fields.flag("archived").unwrap_or(false),
        history,
        unreadable,
        created_at: fields.moment("createdAt"),
        updated_at: fields.moment("updatedAt"),
        item: fields.nothing_but(KNOWN, true),
    })
}

fn read_entry(lead: ObjectId, place: usize, document: &Document, name: Option<&str>) -> NodeHistoryEntry {
    let mut fields = Fields::within(Kind::HistoryEntry, name_of(lead, place), document);
    fields.called(name);
    NodeHistoryEntry {
        id: fields.own_id().unwrap_or_else(|| ids::part(lead, Thing::HistoryEntry, place)),
        action: fields.text("action"),
        at: fields.moment("at"),
        by: fields.reference("by"),
        meta: fields.document("meta").cloned(),
        item: fields.nothing_but(&["action", "at", "by", "meta"], true),
    }
}

/// How an entry is told: by its lead and its place, from 0.
fn name_of(lead: ObjectId, place: usize) -> String {
    format!("{}.history[{place}]", lead.to_hex())
}
