//! Customers as the Node.js backend kept them, each with its notes and deals.

use bson::oid::ObjectId;
use bson::{Bson, Document};
use crm_domain::timestamp::Timestamp;

use super::fields::{Fields, shown};
use crate::ids::{self, Thing};
use crate::report::{Item, Kind};

/// A customer.
pub(crate) struct NodeCustomer {
    pub(crate) item: Item,
    pub(crate) id: ObjectId,
    pub(crate) name: Option<String>,
    pub(crate) company: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) owner: Option<ObjectId>,
    pub(crate) notes: Vec<NodeNote>,
    pub(crate) deals: Vec<NodeDeal>,
    /// Notes and deals that are none.
    pub(crate) unreadable: Vec<Item>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
}

/// A note.
pub(crate) struct NodeNote {
    pub(crate) item: Item,
    /// Its own, or one made of the customer's and its place.
    pub(crate) id: ObjectId,
    pub(crate) text: Option<String>,
    pub(crate) author: Option<ObjectId>,
    pub(crate) created_at: Option<Timestamp>,
}

/// A deal, as a line of text.
pub(crate) struct NodeDeal {
    pub(crate) item: Item,
    pub(crate) line: String,
}

const KNOWN: &[&str] =
    &["name", "company", "email", "phone", "tags", "owner", "notes", "deals", "createdAt", "updatedAt"];

/// Reads a document; else what is left out, and why.
pub(super) fn read(document: &Document) -> Result<NodeCustomer, (Item, String)> {
    let (mut fields, id) = Fields::of(Kind::Customer, document)?;
    let name = fields.text("name");
    fields.called(name.as_deref());
    let (mut notes, mut deals, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
    // They stand newest first; counted from the oldest, each keeps its place when there are more.
    let newest_first = fields.list("notes");
    for (place, note) in newest_first.iter().rev().enumerate() {
        if let Bson::Document(note) = note {
            notes.push(read_note(id, place, note, name.as_deref()));
        } else {
            unreadable.push(Item::new(Kind::Note, format!("{}.notes", id.to_hex())));
        }
    }
    for (place, deal) in fields.list("deals").iter().enumerate() {
        let told = format!("{}.deals[{place}]", id.to_hex());
        if let Bson::Document(deal) = deal {
            deals.push(read_deal(told, deal, name.as_deref()));
        } else {
            unreadable.push(Item::new(Kind::Deal, told));
        }
    }
    Ok(NodeCustomer {
        id,
        name,
        company: fields.text("company"),
        email: fields.text("email"),
        phone: fields.text("phone"),
        tags: fields.texts("tags"),
        owner: fields.reference("owner"),
        notes,
        deals,
        unreadable,
        created_at: fields.moment("createdAt"),
        updated_at: fields.moment("updatedAt"),
        item: fields.nothing_but(KNOWN, true),
    })
}

fn read_note(customer: ObjectId, place: usize, document: &Document, name: Option<&str>) -> NodeNote {
    let own = document.get_object_id("_id").ok();
    let told = own.map_or_else(|| format!("{}.notes", customer.to_hex()), ObjectId::to_hex);
    let mut fields = Fields::within(Kind::Note, told, document);
    fields.called(name);
    NodeNote {
        id: own.unwrap_or_else(|| ids::part(customer, Thing::Note, place)),
        text: fields.text("text"),
        author: fields.reference("author"),
        created_at: fields.moment("createdAt"),
        item: fields.nothing_but(&["text", "author", "createdAt", "updatedAt"], true),
    }
}

fn read_deal(told: String, document: &Document, name: Option<&str>) -> NodeDeal {
    let mut fields = Fields::within(Kind::Deal, told, document);
    fields.called(name);
    let title = fields.text("title").unwrap_or_else(|| "(no title)".to_owned());
    let mut line = title;
    for (what, value) in [("value", fields.any("value")), ("stage", fields.any("stage"))] {
        if let Some(value) = value {
            line = format!("{line}, {what} {}", shown(&value));
        }
    }
    NodeDeal { line, item: fields.nothing_but(&["title", "value", "stage"], true) }
}
