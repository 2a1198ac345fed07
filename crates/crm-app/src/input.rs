//! Small steps that every use case takes between what a client said and the record it means.

use crm_domain::access::scope::Sight;
use crm_domain::flaw::{FieldErrors, Flaw};
use crm_domain::form::Form;
use crm_domain::ids::{Id, Kind, LeadId};
use uuid::Uuid;

use crate::error::AppError;

/// Reads the id in a path; a malformed one goes to the form, under `name`.
pub fn path_id<K: Kind>(form: &mut Form, name: &str, text: &str) -> Option<Id<K>> {
    match Id::parse(text) {
        Ok(id) => Some(id),
        Err(flaw) => {
            form.reject(name, flaw);
            None
        }
    }
}

/// Reads the id in a path of a request that has no other input.
///
/// # Errors
/// [`AppError::Invalid`] on `name`.
pub fn only_id<K: Kind>(name: &str, text: &str) -> Result<Id<K>, AppError> {
    Id::parse(text).map_err(|flaw| FieldErrors::one(name, flaw).into())
}

/// Reads the id of a record whose kind is told elsewhere.
///
/// # Errors
/// `invalid` if the text is not a hyphenated UUID.
pub fn any_id(text: &str) -> Result<Uuid, Flaw> {
    let flaw = |_| Flaw::invalid("the id of a record: a UUID with hyphens");
    LeadId::parse(text).map(LeadId::uuid).map_err(flaw)
}

/// What was seen of a record.
///
/// # Errors
/// [`AppError::NotOwner`] if it is somebody else's, [`AppError::NotFound`] if there is none.
pub fn seen<T>(sight: Sight<T>, what: &'static str) -> Result<T, AppError> {
    match sight {
        Sight::Seen(record) => Ok(record),
        Sight::Hidden => Err(AppError::NotOwner(what)),
        Sight::Absent => Err(AppError::NotFound(what)),
    }
}
