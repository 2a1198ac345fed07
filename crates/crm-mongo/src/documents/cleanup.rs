//! Clean-ups after deleted customers.

use bson::DateTime;
use crm_domain::customer_cleanup::CustomerCleanup;
use serde::{Deserialize, Serialize};

use super::fields::{self, Unreadable};
use super::{Stored, date, key};

/// A clean-up as it is stored, under its customer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CleanupDocument {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    deleted_by: bson::Uuid,
    deleted_at: DateTime,
}

impl CleanupDocument {
    /// The clean-up.
    pub(crate) fn new(cleanup: &CustomerCleanup) -> Self {
        Self {
            id: key(cleanup.customer),
            deleted_by: key(cleanup.deleted_by),
            deleted_at: date(cleanup.deleted_at),
        }
    }
}

impl Stored for CustomerCleanup {
    type Document = CleanupDocument;
    const COLLECTION: &'static str = "customer_cleanups";
    const WHAT: &'static str = "cleanup";

    fn of(stored: CleanupDocument) -> Result<Self, Unreadable> {
        Ok(Self {
            customer: fields::id(stored.id),
            deleted_by: fields::id(stored.deleted_by),
            deleted_at: fields::time("deleted_at", stored.deleted_at)?,
        })
    }
}
