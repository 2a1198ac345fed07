//! People as they are referred to.

use std::sync::Arc;

use crm_app::mirror::{Mirror, Snapshot};
use crm_domain::ids::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::values::IdText;

/// A person whom a record refers to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonBody<'a> {
    /// Their id.
    pub id: IdText,
    /// The same, for clients of the Node.js backend.
    #[serde(rename = "_id")]
    pub legacy_id: IdText,
    /// Their name now.
    pub name: &'a str,
    /// Their email now.
    pub email: &'a str,
}

/// A person by name only.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Named)]
pub struct NamedBody<'a> {
    /// Their id.
    pub id: IdText,
    /// Their name.
    pub name: &'a str,
}

/// Everybody, as of one moment.
pub(crate) struct People(Arc<Snapshot>);

/// Whom nobody knows yet: somebody whom another server has just made.
const UNKNOWN: &str = "";

impl People {
    /// Everybody now.
    pub(crate) fn now(mirror: &Mirror) -> Self {
        Self(mirror.snapshot())
    }

    /// The person with this id.
    pub(crate) fn person(&self, id: UserId) -> PersonBody<'_> {
        let card = self.0.user(id);
        PersonBody {
            id: id.into(),
            legacy_id: id.into(),
            name: card.map_or(UNKNOWN, |card| card.name.as_str()),
            email: card.map_or(UNKNOWN, |card| card.email.as_str()),
        }
    }

    /// The person with this id, by name only.
    pub(crate) fn named(&self, id: UserId) -> NamedBody<'_> {
        NamedBody { id: id.into(), name: self.person(id).name }
    }
}
