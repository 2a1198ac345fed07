//! Events of the feed as the Node.js backend kept them.

use bson::Document;
use bson::oid::ObjectId;
use crm_domain::timestamp::Timestamp;

use super::fields::Fields;
use crate::report::{Item, Kind};

/// An event.
pub(crate) struct NodeActivity {
    pub(crate) item: Item,
    pub(crate) id: ObjectId,
    pub(crate) kind: Option<String>,
    pub(crate) actor: Option<ObjectId>,
    pub(crate) entity_type: Option<String>,
    pub(crate) entity: Option<ObjectId>,
    pub(crate) message: Option<String>,
    pub(crate) meta: Option<Document>,
    pub(crate) created_at: Option<Timestamp>,
}

const KNOWN: &[&str] =
    &["type", "actor", "entityType", "entityId", "message", "meta", "createdAt", "updatedAt"];

/// Reads a document; else what is left out, and why.
pub(super) fn read(document: &Document) -> Result<NodeActivity, (Item, String)> {
    let (mut fields, id) = Fields::of(Kind::Activity, document)?;
    let message = fields.text("message");
    let kind = fields.text("type");
    fields.called(message.as_deref().or(kind.as_deref()));
    Ok(NodeActivity {
        id,
        kind,
        actor: fields.reference("actor"),
        entity_type: fields.text("entityType"),
        entity: fields.reference("entityId"),
        message,
        meta: fields.document("meta").cloned(),
        created_at: fields.moment("createdAt"),
        item: fields.nothing_but(KNOWN, true),
    })
}
