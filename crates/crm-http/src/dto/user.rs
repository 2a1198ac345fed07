//! An account, without any secret.

use crm_domain::user::User;
use crm_domain::version::Versioned;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::values::{IdText, Instant, RoleWord};

/// An account.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub struct UserBody<'a> {
    /// Its id.
    pub id: IdText,
    /// The same, for clients of the Node.js backend.
    #[serde(rename = "_id")]
    pub legacy_id: IdText,
    /// Their name.
    pub name: &'a str,
    /// The email they sign in with, in lower case.
    pub email: &'a str,
    /// What they may do.
    pub role: RoleWord,
    /// Whether they may sign in.
    pub is_active: bool,
    /// When the account was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Grows by one with each change.
    pub version: u64,
}

impl<'a> UserBody<'a> {
    pub(crate) fn of(user: &'a Versioned<User>) -> Self {
        let (record, version) = (user.record(), user.version());
        Self {
            id: record.id.into(),
            legacy_id: record.id.into(),
            name: record.name.as_str(),
            email: record.email.as_str(),
            role: RoleWord(record.role),
            is_active: record.active,
            created_at: Instant(record.created_at),
            updated_at: Instant(record.updated_at),
            version: version.number(),
        }
    }
}
