//! The fields of lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crm_domain::flaw::Flaw;
use crm_domain::ids::{Id, Kind};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::tag::{Tag, Tags};
use thiserror::Error;
use uuid::Uuid;

/// A field is not what it should be.
#[derive(Debug, Error)]
#[error("{field}: {reason}")]
pub(super) struct BadField {
    field: &'static str,
    reason: String,
}

/// How reading a field ends.
pub(super) type Read<T> = Result<T, BadField>;

impl BadField {
    /// This field, for this reason.
    pub(super) fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into() }
    }
}

/// A text of a value type.
pub(super) fn parse<T>(field: &'static str, text: &str, parse: fn(&str) -> Result<T, Flaw>) -> Read<T> {
    parse(text).map_err(|flaw| BadField::new(field, flaw.msg.clone()))
}

/// A text of a value type, if there is one.
pub(super) fn parse_opt<T>(
    field: &'static str,
    text: Option<&str>,
    parse: fn(&str) -> Result<T, Flaw>,
) -> Read<Option<T>> {
    text.map(|text| self::parse(field, text, parse)).transpose()
}

/// An id.
pub(super) fn id<K: Kind>(field: &'static str, text: &str) -> Read<Id<K>> {
    parse(field, text, Id::parse)
}

/// An id, if there is one.
pub(super) fn id_opt<K: Kind>(field: &'static str, text: Option<&str>) -> Read<Option<Id<K>>> {
    parse_opt(field, text, Id::parse)
}

/// An id, whatever the kind.
pub(super) fn uuid(field: &'static str, text: &str) -> Read<Uuid> {
    Uuid::try_parse(text).map_err(|_| BadField::new(field, "is no id"))
}

/// A moment.
pub(super) fn time(field: &'static str, text: &str) -> Read<Timestamp> {
    parse(field, text, Timestamp::parse)
}

/// A moment, if there is one.
pub(super) fn time_opt(field: &'static str, text: Option<&str>) -> Read<Option<Timestamp>> {
    parse_opt(field, text, Timestamp::parse)
}

/// Tags as they are written.
pub(super) fn tag_texts(tags: &Tags) -> Vec<String> {
    tags.iter().map(|tag| tag.as_str().to_owned()).collect()
}

/// Tags.
pub(super) fn tags(texts: &[String]) -> Read<Tags> {
    let tags: Result<Vec<_>, _> = texts.iter().map(|text| Tag::parse(text)).collect();
    tags.and_then(Tags::new).map_err(|flaw| BadField::new("tags", flaw.msg.clone()))
}

/// Bytes as they are written.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes.
pub(super) fn bytes(field: &'static str, text: &str) -> Read<Vec<u8>> {
    STANDARD.decode(text).map_err(|_| BadField::new(field, "is not base64"))
}

/// As many bytes as a SHA-256 has.
pub(super) fn hash(field: &'static str, text: &str) -> Read<[u8; 32]> {
    bytes(field, text)?.try_into().map_err(|_| BadField::new(field, "is not 32 bytes"))
}
