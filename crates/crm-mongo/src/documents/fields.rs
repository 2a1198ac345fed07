//! Reading the fields of a document.

use bson::DateTime;
use crm_domain::flaw::Flaw;
use crm_domain::ids::{Id, Kind};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::tag::{Tag, Tags};
use crm_domain::version::Version;

/// Why a field cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("field {field}: {reason}")]
pub(crate) struct Unreadable {
    field: &'static str,
    reason: String,
}

impl Unreadable {
    /// The field is not what it should be.
    pub(crate) fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into() }
    }
}

/// An id.
pub(crate) fn id<K: Kind>(uuid: bson::Uuid) -> Id<K> {
    Id::from_uuid(uuid::Uuid::from_bytes(uuid.bytes()))
}

/// A moment.
pub(crate) fn time(field: &'static str, date: DateTime) -> Result<Timestamp, Unreadable> {
    Timestamp::from_millis(date.timestamp_millis())
        .ok_or_else(|| Unreadable::new(field, "no moment of the years 1 to 9999"))
}

/// A moment, if there is one.
pub(crate) fn time_opt(field: &'static str, date: Option<DateTime>) -> Result<Option<Timestamp>, Unreadable> {
    date.map(|date| time(field, date)).transpose()
}

/// A record's version.
pub(crate) fn version(number: i64) -> Result<Version, Unreadable> {
    match count("version", number)? {
        0 => Err(Unreadable::new("version", "none")),
        number => Ok(Version::new(number)),
    }
}

/// A number of something.
pub(crate) fn count(field: &'static str, number: i64) -> Result<u64, Unreadable> {
    u64::try_from(number).map_err(|_| Unreadable::new(field, "less than nothing"))
}

/// A text of a value type.
pub(crate) fn parse<T>(
    field: &'static str,
    text: &str,
    parse: fn(&str) -> Result<T, Flaw>,
) -> Result<T, Unreadable> {
    parse(text).map_err(|flaw| Unreadable::new(field, flaw.to_string()))
}

/// A text of a value type, if there is one.
pub(crate) fn parse_opt<T>(
    field: &'static str,
    text: Option<&str>,
    parse: fn(&str) -> Result<T, Flaw>,
) -> Result<Option<T>, Unreadable> {
    text.map(|text| self::parse(field, text, parse)).transpose()
}

/// Tags.
pub(crate) fn tags(texts: &[String]) -> Result<Tags, Unreadable> {
    let tags: Result<Vec<_>, _> = texts.iter().map(|text| Tag::parse(text)).collect();
    tags.and_then(Tags::new).map_err(|flaw| Unreadable::new("tags", flaw.to_string()))
}

/// Tags as a document holds them.
pub(crate) fn tag_texts(tags: &Tags) -> Vec<String> {
    tags.iter().map(|tag| tag.as_str().to_owned()).collect()
}

/// Tags as they are found by.
pub(crate) fn tag_keys(tags: &Tags) -> Vec<String> {
    tags.iter().map(Tag::folded).collect()
}
