//! Members that refer to a person.

use super::{Form, Reference};
use crate::flaw::Flaw;
use crate::raw::{Members, Raw};
use crate::text::is_blank;

impl Form {
    /// A reference: the id as a text, or an object that has it as `id` or `_id` (as answers show people; its
    /// other members are ignored). `null` and a blank text are explicitly nobody.
    pub fn reference<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Flaw>) -> Reference<T> {
        let parsed = match self.take(name) {
            None => return Reference::Absent,
            Some(Raw::Null) => return Reference::Nobody,
            Some(Raw::Text(text)) if is_blank(&text) => return Reference::Nobody,
            Some(Raw::Text(text)) => parse(&text),
            Some(Raw::Object(person)) => id_of(&person).and_then(parse),
            Some(Raw::Bool(_) | Raw::Number(_) | Raw::List(_)) => Err(neither()),
        };
        self.note(name, parsed).map_or(Reference::Absent, Reference::Is)
    }
}

impl<T> Reference<T> {
    /// The one referred to, if any.
    pub fn into_id(self) -> Option<T> {
        match self {
            Self::Absent | Self::Nobody => None,
            Self::Is(id) => Some(id),
        }
    }
}

/// The text of an object's id: that of `id`, or of `_id` for clients that know only this.
fn id_of(person: &Members) -> Result<&str, Flaw> {
    match (person.get("id"), person.get("_id")) {
        (Some(Raw::Text(id)), Some(Raw::Text(other))) if !id.eq_ignore_ascii_case(other) => {
            Err(Flaw::invalid("one person: `id` and `_id` differ"))
        }
        (Some(Raw::Text(id)), _) | (None, Some(Raw::Text(id))) => Ok(id),
        (None, None) => Err(Flaw::required()),
        (Some(_), _) | (None, Some(_)) => Err(neither()),
    }
}

fn neither() -> Flaw {
    Flaw::wrong_type("an id, or an object whose `id` is one")
}
