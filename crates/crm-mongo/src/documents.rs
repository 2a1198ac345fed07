//! Documents and what they stand for, both ways: one file for each kind of record.
//!
//! Ids are UUIDs (binary subtype 4), moments are dates (milliseconds), what can have one of a few values is its name on
//! the wire. What is only there to be found by stands in `keys`, a lead's latest events in `recent`; reads leave both
//! out. A document that cannot be read is `Corrupt` with its id, whatever is wrong with it.

pub(crate) mod activity;
pub(crate) mod audit;
pub(crate) mod cleanup;
pub(crate) mod customer;
pub(crate) mod fields;
pub(crate) mod lead;
pub(crate) mod meta;
pub(crate) mod note;
pub(crate) mod owner;
pub(crate) mod recent;
pub(crate) mod replay;
pub(crate) mod session;
pub(crate) mod task;
pub(crate) mod throttle;
pub(crate) mod transfer;
pub(crate) mod user;

use bson::raw::RawBsonRef;
use bson::{Bson, DateTime, Document, RawDocument, doc};
use crm_app::error::StoreError;
use crm_domain::ids::{Id, Kind};
use crm_domain::timestamp::Timestamp;
use crm_domain::version::Version;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Failure, corrupt, unavailable};
use fields::Unreadable;

/// A record that documents of one collection stand for.
pub(crate) trait Stored: Sized {
    /// The document.
    type Document: DeserializeOwned;
    /// Where they are.
    const COLLECTION: &'static str;
    /// What one is called.
    const WHAT: &'static str;

    /// What the document stands for.
    fn of(document: Self::Document) -> Result<Self, Unreadable>;
}

/// The fields of the record itself: without what it is found by, and without a lead's latest events.
pub(crate) fn record_only() -> Document {
    doc! { "keys": 0, recent::RECENT: 0 }
}

/// The same with a lead's latest events.
pub(crate) fn record_and_recent() -> Document {
    doc! { "keys": 0 }
}

/// Reads a document.
pub(crate) fn read<T: Stored>(document: &RawDocument) -> Result<T, StoreError> {
    match bson::deserialize_from_slice(document.as_bytes()) {
        Ok(read) => T::of(read).map_err(|unreadable| corrupt(T::WHAT, name_of(document), unreadable)),
        Err(error) => Err(corrupt(T::WHAT, name_of(document), error.to_string())),
    }
}

/// Writes a document.
pub(crate) fn write(document: &impl Serialize) -> Result<Document, StoreError> {
    bson::serialize_to_document(document)
        .map_err(|_| unavailable(Failure::Defect("a record cannot be written as a document")))
}

/// A document with what its record is found by.
pub(crate) fn found_by(mut document: Document, keys: &impl Serialize) -> Result<Document, StoreError> {
    document.insert("keys", write(keys)?);
    Ok(document)
}

/// The document's id, as well as it can be told.
pub(crate) fn name_of(document: &RawDocument) -> String {
    match document.get("_id") {
        Ok(Some(RawBsonRef::Binary(binary))) => match uuid::Uuid::from_slice(binary.bytes) {
            Ok(id) => id.to_string(),
            Err(_) => format!("{:02x?}", binary.bytes),
        },
        Ok(Some(other)) => format!("{other:?}"),
        Ok(None) | Err(_) => "?".to_owned(),
    }
}

/// An id as a document holds it.
pub(crate) fn key<K: Kind>(id: Id<K>) -> bson::Uuid {
    uuid(id.uuid())
}

/// An id as a document holds it, whatever the kind.
pub(crate) fn uuid(id: uuid::Uuid) -> bson::Uuid {
    bson::Uuid::from_bytes(id.into_bytes())
}

/// A moment as a document holds it.
pub(crate) fn date(at: Timestamp) -> DateTime {
    DateTime::from_millis(at.millis())
}

/// A version as a document holds it.
pub(crate) fn version(version: Version) -> i64 {
    int(version.number())
}

/// A number as a document holds it. No count comes near the limit.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// An id in a filter.
pub(crate) fn id<K: Kind>(id: Id<K>) -> Bson {
    Bson::from(key(id))
}

/// Bytes as a document holds them.
pub(crate) fn bytes(bytes: &[u8]) -> bson::Binary {
    bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: bytes.to_vec() }
}

/// A whole number of either size.
pub(crate) fn integer(value: &Bson) -> Option<i64> {
    if let Bson::Int32(number) = value { Some(i64::from(*number)) } else { value.as_i64() }
}
