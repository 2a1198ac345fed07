//! How many tasks about a customer are not done, beside the tasks: what the deletion of a customer rests on.
//!
//! Who adds, takes up, completes or moves a task about a customer changes its count, and who expects a count writes it
//! too, so that they meet.

use std::collections::BTreeMap;

use bson::{Document, doc};
use crm_app::commit::change::Change;
use crm_domain::ids::CustomerId;
use crm_domain::task::{Related, Task, TaskStatus};

use crate::documents::{id, int};

/// Where they are.
pub(crate) const COLLECTION: &str = "open_tasks";

/// The statement that holds while the customer has this many. Where there were never any, there is no document yet.
pub(crate) fn rest_on(customer: CustomerId, count: u64) -> Document {
    doc! {
        "q": { "_id": id(customer), "count": int(count) },
        "u": { "$inc": { "touched": 1_i64 } },
        "upsert": count == 0,
    }
}

/// How these changes change the counts; none by nothing.
pub(crate) fn deltas(changes: &[Change]) -> BTreeMap<CustomerId, i64> {
    let mut deltas = BTreeMap::new();
    for change in changes {
        if let Change::InsertTask(task) = change {
            add(&mut deltas, task, 1);
        } else if let Change::PutTask(put) = change {
            add(&mut deltas, put.before.record(), -1);
            add(&mut deltas, &put.after, 1);
        } else if let Change::DeleteTask(task) = change {
            add(&mut deltas, task.record(), -1);
        }
    }
    deltas.retain(|_, by| *by != 0);
    deltas
}

/// The statement that changes a count.
pub(crate) fn change(customer: CustomerId, by: i64) -> Document {
    doc! { "q": { "_id": id(customer) }, "u": { "$inc": { "count": by, "touched": 1_i64 } }, "upsert": true }
}

/// Counts a task, if it is about a customer and not done.
pub(crate) fn add(deltas: &mut BTreeMap<CustomerId, i64>, task: &Task, by: i64) {
    if let Some(Related::Customer(customer)) = task.related
        && task.progress.status() != TaskStatus::Done
    {
        let count = deltas.entry(customer).or_default();
        *count = count.saturating_add(by);
    }
}
