//! What a change changed, field by field.

use crate::timestamp::Timestamp;
use crate::values::tag::Tags;

/// A field's value as an event remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetaValue {
    /// There was none.
    Nothing,
    /// A flag.
    Flag(bool),
    /// A whole number.
    Number(u64),
    /// A text.
    Text(String),
    /// Texts, such as tags.
    Texts(Vec<String>),
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field's name on the wire.
    pub field: String,
    /// What it was.
    pub from: MetaValue,
    /// What it became.
    pub to: MetaValue,
}

/// The changed fields of one event, in the record's own field order, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta(Vec<FieldChange>);

impl Meta {
    /// Nothing changed.
    pub fn new() -> Self {
        Self::default()
    }

    /// The changes that a store kept.
    pub fn stored(changes: Vec<FieldChange>) -> Self {
        Self(changes)
    }

    /// Adds the field if its two values differ.
    #[must_use]
    pub fn compare<T: Into<MetaValue>>(mut self, field: &str, from: T, to: T) -> Self {
        let (from, to) = (from.into(), to.into());
        if from != to {
            self.0.push(FieldChange { field: field.to_owned(), from, to });
        }
        self
    }

    /// The changes.
    pub fn changes(&self) -> &[FieldChange] {
        &self.0
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this field, and nothing else, changed.
    pub fn is_only(&self, field: &str) -> bool {
        matches!(self.0.as_slice(), [change] if change.field == field)
    }

    /// Whether this field changed.
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|change| change.field == field)
    }
}

impl From<&str> for MetaValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for MetaValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for MetaValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<u64> for MetaValue {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<String>> for MetaValue {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl From<&Tags> for MetaValue {
    fn from(tags: &Tags) -> Self {
        Self::Texts(tags.iter().map(|tag| tag.as_str().to_owned()).collect())
    }
}

impl From<Timestamp> for MetaValue {
    fn from(at: Timestamp) -> Self {
        Self::Text(at.to_string())
    }
}

impl<T: Into<MetaValue>> From<Option<T>> for MetaValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::tag::Tag;

    #[test]
    fn only_what_differs_is_remembered_in_the_order_of_the_comparisons() {
        let tags = Tags::new([Tag::parse("vip").unwrap()]).unwrap();
        let meta = Meta::new()
            .compare("same", "a", "a")
            .compare("text", "a", "b")
            .compare("none", None, Some("b"))
            .compare("flag", true, false)
            .compare("count", 1_u64, 2)
            .compare("tags", &tags, &Tags::none())
            .compare("at", Timestamp::from_millis(0), None);
        let change = |field: &str, from, to| FieldChange { field: field.to_owned(), from, to };
        let text = |text: &str| MetaValue::Text(text.to_owned());
        let changes = vec![
            change("text", text("a"), text("b")),
            change("none", MetaValue::Nothing, text("b")),
            change("flag", MetaValue::Flag(true), MetaValue::Flag(false)),
            change("count", MetaValue::Number(1), MetaValue::Number(2)),
            change("tags", MetaValue::Texts(vec!["vip".to_owned()]), MetaValue::Texts(Vec::new())),
            change("at", text("1970-01-01T00:00:00.000Z"), MetaValue::Nothing),
        ];
        assert_eq!(meta.changes(), changes);
        assert_eq!(Meta::stored(changes), meta);
    }

    #[test]
    fn one_changed_field_is_told_from_several() {
        let one = Meta::new().compare("status", "a", "b");
        assert!(one.is_only("status") && one.has("status") && !one.is_empty());
        assert!(!one.is_only("name") && !one.has("name"));
        let two = one.compare("name", "a", "b");
        assert!(!two.is_only("status") && two.has("status") && two.has("name"));
        assert!(Meta::new().is_empty() && !Meta::new().is_only("status"));
    }
}
