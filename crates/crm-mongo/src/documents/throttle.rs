//! What is counted of wrong passwords. Keys are numbers of 64 bits without a sign, kept as those with one.

use bson::{DateTime, Document, doc};
use crm_domain::throttle::entry::{Blind, Entry, Kind, Place};
use serde::Deserialize;

use super::fields::{self, Unreadable};
use super::{Stored, date};

/// An entry as it is stored.
#[derive(Deserialize)]
pub(crate) struct ThrottleDocument {
    #[serde(rename = "_id")]
    place: PlaceDocument,
    failures: i64,
    mark: DateTime,
    at: DateTime,
}

#[derive(Deserialize)]
struct PlaceDocument {
    kind: i32,
    key: i64,
    other: i64,
}

/// The id of what stands in this place.
pub(crate) fn place(place: Place) -> Document {
    doc! {
        "kind": i32::from(place.kind.code()),
        "key": place.key.number().cast_signed(),
        "other": place.other.number().cast_signed(),
    }
}

/// All else of an entry.
pub(crate) fn document(entry: &Entry) -> Document {
    doc! { "failures": i64::from(entry.failures), "mark": date(entry.mark), "at": date(entry.at) }
}

impl Stored for Entry {
    type Document = ThrottleDocument;
    const COLLECTION: &'static str = "throttles";
    const WHAT: &'static str = "throttle";

    fn of(stored: ThrottleDocument) -> Result<Self, Unreadable> {
        let kind = u8::try_from(stored.place.kind).ok().and_then(Kind::of_code);
        let place = Place {
            kind: kind.ok_or_else(|| Unreadable::new("_id.kind", "a number that means nothing"))?,
            key: Blind::new(stored.place.key.cast_unsigned()),
            other: Blind::new(stored.place.other.cast_unsigned()),
        };
        let failures =
            u32::try_from(stored.failures).map_err(|_| Unreadable::new("failures", "out of range"))?;
        let (mark, at) = (fields::time("mark", stored.mark)?, fields::time("at", stored.at)?);
        Ok(Self { place, failures, mark, at })
    }
}
