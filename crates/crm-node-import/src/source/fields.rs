//! Reading documents leniently: what has another type than it should is read where it is clear what was meant, and told
//! where it is not.

use bson::oid::ObjectId;
use bson::{Bson, Document};
use crm_domain::timestamp::Timestamp;

use crate::report::{Item, Kind};

/// A document, and what there is to tell of it.
pub(super) struct Fields<'a> {
    document: &'a Document,
    item: Item,
}

impl<'a> Fields<'a> {
    /// A document with an ObjectId; else what is left out, and why.
    pub(super) fn of(kind: Kind, document: &'a Document) -> Result<(Self, ObjectId), (Item, String)> {
        match document.get("_id") {
            Some(Bson::ObjectId(id)) => Ok((Self { document, item: Item::new(kind, id.to_hex()) }, *id)),
            Some(other) => Err((Item::new(kind, shown(other)), "its _id is no ObjectId".to_owned())),
            None => Err((Item::new(kind, ""), "it has no _id".to_owned())),
        }
    }

    /// A document within another, under the name by which it is told.
    pub(super) fn within(kind: Kind, id: String, document: &'a Document) -> Self {
        Self { document, item: Item::new(kind, id) }
    }

    /// Its own ObjectId, if it has one.
    pub(super) fn own_id(&self) -> Option<ObjectId> {
        match self.document.get("_id") {
            Some(Bson::ObjectId(id)) => Some(*id),
            Some(_) | None => None,
        }
    }

    /// What it is called.
    pub(super) fn called(&mut self, name: Option<&str>) {
        self.item.called(name.unwrap_or_default());
    }

    /// A text; numbers are written out.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the types of BSON, of which few can be a text")]
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.get(name)? {
            Bson::String(text) | Bson::Symbol(text) => Some(text.clone()),
            Bson::Int32(number) => Some(number.to_string()),
            Bson::Int64(number) => Some(number.to_string()),
            Bson::Double(number) => Some(number.to_string()),
            Bson::ObjectId(id) => Some(id.to_hex()),
            other => {
                self.strange(name, other, "text");
                None
            }
        }
    }

    /// A text that is told by nobody: of an account nothing is shown but name and email.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the types of BSON, of which one is a text")]
    pub(super) fn secret(&mut self, name: &str) -> Option<String> {
        match self.get(name)? {
            Bson::String(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// Texts: an array of them, or one with commas between them.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the types of BSON, of which few can be texts")]
    pub(super) fn texts(&mut self, name: &str) -> Vec<String> {
        match self.get(name) {
            None => Vec::new(),
            Some(Bson::String(text)) => text.split(',').map(str::to_owned).collect(),
            Some(Bson::Array(values)) => {
                let mut texts = Vec::new();
                for value in values {
                    match value {
                        Bson::String(text) => texts.push(text.clone()),
                        Bson::Int32(number) => texts.push(number.to_string()),
                        Bson::Null => {}
                        other => self.strange(name, other, "text"),
                    }
                }
                texts
            }
            Some(other) => {
                self.strange(name, other, "list of texts");
                Vec::new()
            }
        }
    }

    /// A reference: an ObjectId, its digits, or the document that it leads to.
    pub(super) fn reference(&mut self, name: &str) -> Option<ObjectId> {
        let value = self.get(name)?;
        let id = reference(value);
        if id.is_none() && !is_blank(value) {
            self.strange(name, value, "reference");
        }
        id
    }

    /// A moment: a date, RFC 3339, or milliseconds since 1970.
    pub(super) fn moment(&mut self, name: &str) -> Option<Timestamp> {
        let value = self.get(name)?;
        let moment = moment(value);
        if moment.is_none() && !is_blank(value) {
            self.strange(name, value, "date");
        }
        moment
    }

    /// A flag: true or false, or what the words for it are.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the types of BSON, of which few can be a flag")]
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Bson::Boolean(flag) => Some(*flag),
            Bson::Int32(number @ (0 | 1)) => Some(*number == 1),
            Bson::String(text) if text == "true" => Some(true),
            Bson::String(text) if text == "false" => Some(false),
            other => {
                self.strange(name, other, "flag");
                None
            }
        }
    }

    /// What is there, as it is.
    pub(super) fn any(&self, name: &str) -> Option<Bson> {
        self.get(name).cloned()
    }

    /// The documents of a list.
    pub(super) fn list(&mut self, name: &str) -> &'a [Bson] {
        match self.get(name) {
            None => &[],
            Some(Bson::Array(values)) => values,
            Some(other) => {
                self.strange(name, other, "list");
                &[]
            }
        }
    }

    /// A document within this one.
    pub(super) fn document(&self, name: &str) -> Option<&'a Document> {
        self.get(name).and_then(Bson::as_document)
    }

    /// Tells of every field that is none of these, `_id` and `__v`, and holds something. Their values are shown if
    /// `shown`.
    pub(super) fn nothing_but(mut self, known: &[&str], values: bool) -> Item {
        for (name, value) in self.document {
            let is_known = known.contains(&name.as_str()) || name == "_id" || name == "__v";
            if !is_known && !is_blank(value) {
                let text = values.then(|| shown(value));
                self.item.field(name, text.as_deref(), "is not known here and was left out");
            }
        }
        self.item
    }

    fn get(&self, name: &str) -> Option<&'a Bson> {
        self.document.get(name).filter(|value| !matches!(value, Bson::Null | Bson::Undefined))
    }

    fn strange(&mut self, name: &str, value: &Bson, wanted: &str) {
        self.item.field(name, Some(&shown(value)), format!("is no {wanted} and was left out"));
    }
}

/// What a value refers to.
#[expect(clippy::wildcard_enum_match_arm, reason = "the types of BSON, of which few can be a reference")]
pub(crate) fn reference(value: &Bson) -> Option<ObjectId> {
    match value {
        Bson::ObjectId(id) => Some(*id),
        Bson::String(text) => ObjectId::parse_str(text.trim()).ok(),
        Bson::Document(document) => document.get_object_id("_id").ok(),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the types of BSON, of which few can be a moment")]
fn moment(value: &Bson) -> Option<Timestamp> {
    match value {
        Bson::DateTime(at) => Timestamp::from_millis(at.timestamp_millis()),
        Bson::String(text) => Timestamp::parse(text).ok(),
        Bson::Int64(millis) => Timestamp::from_millis(*millis),
        Bson::Double(millis) => exact(*millis).and_then(Timestamp::from_millis),
        Bson::Timestamp(at) => Timestamp::from_millis(i64::from(at.time) * 1_000),
        _ => None,
    }
}

/// The whole number, if it is one that a double holds exactly.
pub(crate) fn exact(number: f64) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and well within the range")]
    (number.fract() == 0.0 && number.abs() <= MOST).then_some(number as i64)
}

/// Whether there is nothing in it.
#[expect(clippy::wildcard_enum_match_arm, reason = "the types of BSON, of which few can be empty")]
fn is_blank(value: &Bson) -> bool {
    match value {
        Bson::Null | Bson::Undefined => true,
        Bson::String(text) => text.trim().is_empty(),
        Bson::Array(values) => values.is_empty(),
        Bson::Document(document) => document.is_empty(),
        _ => false,
    }
}

/// A value as people read it.
pub(super) fn shown(value: &Bson) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
