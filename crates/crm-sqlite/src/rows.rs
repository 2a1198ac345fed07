//! Rows and what they stand for, both ways: one file for each kind of record.
//!
//! A row is read column by column in the order in which its `COLUMNS` name them. A row that cannot be read is
//! `Corrupt` with the record's id, whatever is wrong with it.

pub(crate) mod activity;
pub(crate) mod arrival;
pub(crate) mod audit;
pub(crate) mod cleanup;
pub(crate) mod codes;
pub(crate) mod customer;
pub(crate) mod fields;
pub(crate) mod lead;
pub(crate) mod meta;
pub(crate) mod note;
pub(crate) mod replay;
pub(crate) mod session;
pub(crate) mod task;
pub(crate) mod throttle;
pub(crate) mod transfer;
pub(crate) mod user;

use crm_domain::ids::{Id, Kind};
use crm_domain::values::tag::{Tag, Tags};
use crm_domain::version::Version;

/// An id as its column holds it.
pub(crate) fn key<K: Kind>(id: Id<K>) -> [u8; 16] {
    id.uuid().into_bytes()
}

/// A version as its column holds it.
pub(crate) fn version(version: Version) -> i64 {
    int(version.number())
}

/// A number as a column holds it. No count comes near the limit.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Tags as their column holds them.
pub(crate) fn tags(tags: &Tags) -> String {
    serde_json::Value::from(tags.iter().map(Tag::as_str).collect::<Vec<_>>()).to_string()
}
