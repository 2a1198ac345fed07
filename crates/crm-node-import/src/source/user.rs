//! Accounts as the Node.js backend kept them.

use bson::Document;
use bson::oid::ObjectId;
use crm_domain::timestamp::Timestamp;

use super::fields::Fields;
use crate::report::{Item, Kind};

/// An account.
pub(crate) struct NodeUser {
    pub(crate) item: Item,
    pub(crate) id: ObjectId,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) active: Option<bool>,
    pub(crate) active_is_told: bool,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
}

/// What is read, and what is left out without a word: sessions end with the old backend.
const KNOWN: &[&str] = &[
    "name",
    "email",
    "password",
    "role",
    "isActive",
    "createdAt",
    "updatedAt",
    "refreshToken",
    "refreshTokens",
];

/// Reads a document; else what is left out, and why.
pub(super) fn read(document: &Document) -> Result<NodeUser, (Item, String)> {
    let (mut fields, id) = Fields::of(Kind::User, document)?;
    let email = fields.text("email");
    let name = fields.text("name");
    fields.called(email.as_deref().or(name.as_deref()));
    Ok(NodeUser {
        id,
        name,
        email,
        password: fields.secret("password"),
        role: fields.text("role"),
        active_is_told: fields.any("isActive").is_some(),
        active: fields.flag("isActive"),
        created_at: fields.moment("createdAt"),
        updated_at: fields.moment("updatedAt"),
        item: fields.nothing_but(KNOWN, false),
    })
}
