//! Hand-overs.

use bson::DateTime;
use crm_domain::transfer::{Moved, Transfer};
use serde::{Deserialize, Serialize};

use super::fields::{self, Unreadable};
use super::{Stored, date, int, key};

/// A hand-over as it is stored, under whose records move.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TransferDocument {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    to: bson::Uuid,
    by: bson::Uuid,
    begun_at: DateTime,
    leads: i64,
    customers: i64,
    tasks: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finished_at: Option<DateTime>,
}

impl TransferDocument {
    /// The hand-over.
    pub(crate) fn new(transfer: &Transfer) -> Self {
        Self {
            id: key(transfer.from),
            to: key(transfer.to),
            by: key(transfer.by),
            begun_at: date(transfer.begun_at),
            leads: int(transfer.moved.leads),
            customers: int(transfer.moved.customers),
            tasks: int(transfer.moved.tasks),
            finished_at: transfer.finished_at.map(date),
        }
    }
}

impl Stored for Transfer {
    type Document = TransferDocument;
    const COLLECTION: &'static str = "transfers";
    const WHAT: &'static str = "transfer";

    fn of(stored: TransferDocument) -> Result<Self, Unreadable> {
        Ok(Self {
            from: fields::id(stored.id),
            to: fields::id(stored.to),
            by: fields::id(stored.by),
            begun_at: fields::time("begun_at", stored.begun_at)?,
            moved: Moved {
                leads: fields::count("leads", stored.leads)?,
                customers: fields::count("customers", stored.customers)?,
                tasks: fields::count("tasks", stored.tasks)?,
            },
            finished_at: fields::time_opt("finished_at", stored.finished_at)?,
        })
    }
}
