//! From the old backend's records to those of here: one file for each kind.

pub(crate) mod customers;
pub(crate) mod leads;
pub(crate) mod tasks;
pub(crate) mod users;

use bson::oid::ObjectId;
use crm_domain::timestamp::Timestamp;
use crm_domain::values::name::Name;

use crate::facts::seconds_of;
use crate::mend;
use crate::report::Item;

/// What a record is called that has nothing to be called by.
const NO_NAME: &str = "(no name)";

/// When a record was made and last changed. What is missing is taken from its id, and told.
fn moments(
    item: &mut Item,
    id: ObjectId,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
) -> (Timestamp, Timestamp) {
    let created_at = created_at.unwrap_or_else(|| {
        item.field("createdAt", None, "is missing and was taken from the id");
        seconds_of(id)
    });
    let updated_at = updated_at.unwrap_or_else(|| {
        item.field("updatedAt", None, "is missing and was taken from createdAt");
        created_at
    });
    if updated_at < created_at {
        item.field(
            "updatedAt",
            Some(&updated_at.to_string()),
            "is before createdAt, which was taken instead",
        );
    }
    (created_at, updated_at.later_of(created_at))
}

/// What a lead or a customer is called: by its name, else by what else is known of it.
fn name(item: &mut Item, name: Option<&str>, others: [Option<&str>; 3]) -> Option<Name> {
    if let Some(name) = mend::line(item, "name", name, Name::MAX, Name::parse) {
        return Some(name);
    }
    let name = others
        .into_iter()
        .flatten()
        .chain([NO_NAME])
        .find_map(|other| Name::parse(&mend::cut(&mend::without_controls(other), Name::MAX)).ok())?;
    item.field("name", None, format!("is missing and became {:?}", name.as_str()));
    Some(name)
}
