//! What a change changed, as JSON: `[["status", "New", "Closed Won"], …]`.

use std::fmt;

use crm_domain::meta::{FieldChange, Meta, MetaValue};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// The column's text.
pub(crate) fn write(meta: &Meta) -> String {
    let changes = meta.changes().iter();
    let changes = changes.map(|change| (change.field.as_str(), Shown(&change.from), Shown(&change.to)));
    // Texts and numbers can always be written.
    serde_json::to_string(&changes.collect::<Vec<_>>()).unwrap_or_default()
}

/// What the column's text says, if it can be read.
pub(crate) fn read(text: &str) -> Option<Meta> {
    if text == "[]" {
        return Some(Meta::new());
    }
    let changes: Vec<(String, Read, Read)> = serde_json::from_str(text).ok()?;
    let changes = changes.into_iter().map(|(field, Read(from), Read(to))| FieldChange { field, from, to });
    Some(Meta::stored(changes.collect()))
}

/// A value on its way out.
struct Shown<'a>(&'a MetaValue);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            MetaValue::Nothing => serializer.serialize_unit(),
            MetaValue::Flag(flag) => serializer.serialize_bool(*flag),
            MetaValue::Number(number) => serializer.serialize_u64(*number),
            MetaValue::Text(text) => serializer.serialize_str(text),
            MetaValue::Texts(texts) => texts.serialize(serializer),
        }
    }
}

/// A value on its way in.
struct Read(MetaValue);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = MetaValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a flag, a whole number, a text or a list of texts")
    }

    fn visit_unit<E: Error>(self) -> Result<MetaValue, E> {
        Ok(MetaValue::Nothing)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<MetaValue, E> {
        Ok(MetaValue::Flag(flag))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<MetaValue, E> {
        Ok(MetaValue::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<MetaValue, E> {
        Ok(MetaValue::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<MetaValue, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = items.next_element()? {
            texts.push(text);
        }
        Ok(MetaValue::Texts(texts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_comes_back() {
        let meta = Meta::new()
            .compare("flag", false, true)
            .compare("number", 1_u64, u64::MAX)
            .compare("text", Some("a \"b\"\n"), None)
            .compare("texts", Vec::new(), vec!["x".to_owned(), String::new()]);
        assert_eq!(read(&write(&meta)), Some(meta));
        assert_eq!(read(&write(&Meta::new())), Some(Meta::new()));
    }

    #[test]
    fn what_is_no_change_cannot_be_read() {
        for text in [
            "",
            "null",
            "[[]]",
            "[[\"a\",1]]",
            "[[1,2,3]]",
            "[[\"a\",{},1]]",
            "[[\"a\",[1],1]]",
            "[[\"a\",-1,1]]",
            "[[\"a\",1.5,1]]",
            "[[\"a\",1,1,1]]",
            "[[\"a\",1,1]] ]",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
