//! Tasks as the Node.js backend kept them.

use bson::oid::ObjectId;
use bson::{Bson, Document};
use crm_domain::due::DueDate;
use crm_domain::timestamp::Timestamp;

use super::fields::Fields;
use crate::report::{Item, Kind};

/// A task.
pub(crate) struct NodeTask {
    pub(crate) item: Item,
    pub(crate) id: ObjectId,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) due: Option<DueDate>,
    pub(crate) status: Option<String>,
    pub(crate) priority: Option<String>,
    pub(crate) related_type: Option<String>,
    pub(crate) related: Option<ObjectId>,
    pub(crate) owner: Option<ObjectId>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
}

const KNOWN: &[&str] = &[
    "title",
    "description",
    "dueDate",
    "status",
    "priority",
    "relatedType",
    "relatedId",
    "owner",
    "createdAt",
    "updatedAt",
];

/// Reads a document; else what is left out, and why.
pub(super) fn read(document: &Document) -> Result<NodeTask, (Item, String)> {
    let (mut fields, id) = Fields::of(Kind::Task, document)?;
    let title = fields.text("title");
    fields.called(title.as_deref());
    Ok(NodeTask {
        id,
        title,
        description: fields.text("description"),
        due: due(&mut fields),
        status: fields.text("status"),
        priority: fields.text("priority"),
        related_type: fields.text("relatedType"),
        related: fields.reference("relatedId"),
        owner: fields.reference("owner"),
        created_at: fields.moment("createdAt"),
        updated_at: fields.moment("updatedAt"),
        item: fields.nothing_but(KNOWN, true),
    })
}

/// A date is an instant; a text may also be a plain day.
fn due(fields: &mut Fields<'_>) -> Option<DueDate> {
    if let Some(Bson::String(text)) = fields.any("dueDate")
        && let Ok(due) = DueDate::parse(&text)
    {
        return Some(due);
    }
    fields.moment("dueDate").map(DueDate::At)
}
