//! Whose a lead is: a user's, or nobody's. Nobody is a word and not null, which no index tells from a missing field.

use bson::Bson;
use crm_domain::ids::UserId;

use super::fields::{self, Unreadable};
use super::key;

const NOBODY: &str = "nobody";

/// An owner as documents hold it.
pub(crate) fn write(owner: Option<UserId>) -> Bson {
    owner.map_or_else(|| Bson::from(NOBODY), |user| Bson::from(key(user)))
}

/// An owner as a document held it.
pub(crate) fn read(owner: &Bson) -> Result<Option<UserId>, Unreadable> {
    if owner.as_str() == Some(NOBODY) {
        return Ok(None);
    }
    let Bson::Binary(binary) = owner else {
        return Err(Unreadable::new("owner", "neither an id nor nobody"));
    };
    match binary.to_uuid() {
        Ok(uuid) => Ok(Some(fields::id(uuid))),
        Err(_) => Err(Unreadable::new("owner", "no id")),
    }
}
