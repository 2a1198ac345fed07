//! What must still hold when a commit is applied, as statements that write: who only reads is met by nobody.

use bson::{Document, doc};
use crm_app::commit::expect::Expect;
use crm_app::error::StoreError;
use crm_domain::activity::{EntityKind, EntityRef};
use crm_domain::version::Version;

use super::plan::Plan;
use super::step::{Short, Verb};
use crate::documents::transfer::TransferDocument;
use crate::documents::{uuid, version, write};
use crate::open_tasks;

/// Plans what checks it. What rests on a user is planned when the lane is known ([`crate::standings`]).
pub(super) fn plan(plan: &mut Plan, expect: &Expect) -> Result<(), StoreError> {
    match expect {
        Expect::OpenTasks { customer, count } => {
            let statement = open_tasks::rest_on(*customer, *count);
            plan.push(open_tasks::COLLECTION, Verb::Update, Short::Stale, statement);
        }
        Expect::Unchanged(entity, read) => match entity.kind() {
            EntityKind::Lead => plan.push("leads", Verb::Update, Short::Stale, unchanged(*entity, *read)),
            EntityKind::Customer => {
                plan.push("customers", Verb::Update, Short::Stale, unchanged(*entity, *read));
            }
            EntityKind::Task => plan.push("tasks", Verb::Update, Short::Stale, unchanged(*entity, *read)),
            EntityKind::User => plan.rest_on_user(*expect),
        },
        Expect::TransferAt(read) => {
            let mut as_read = write(&TransferDocument::new(read))?;
            if read.is_running() {
                as_read.insert("finished_at", doc! { "$exists": false });
            }
            let touch = doc! { "$inc": { "touched": 1_i64 } };
            plan.push("transfers", Verb::Update, Short::Stale, doc! { "q": as_read, "u": touch });
        }
        Expect::UserActive(_) | Expect::ActorStands { .. } => plan.rest_on_user(*expect),
    }
    Ok(())
}

/// Holds while the record has this version, and meets whoever changes it.
fn unchanged(entity: EntityRef, read: Version) -> Document {
    doc! {
        "q": { "_id": uuid(entity.uuid()), "version": version(read) },
        "u": { "$inc": { "touched": 1_i64 } },
    }
}
