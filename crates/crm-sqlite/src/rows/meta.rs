//! What a change changed, as JSON: `[["status", "New", "Closed Won"], …]`.

use crm_domain::meta::{FieldChange, Meta, MetaValue};
use serde_json::Value;

/// The column's text.
pub(crate) fn write(meta: &Meta) -> String {
    let changes = meta.changes().iter().map(|change| {
        Value::Array(vec![Value::from(change.field.as_str()), value(&change.from), value(&change.to)])
    });
    Value::Array(changes.collect()).to_string()
}

/// What the column's text says, if it can be read.
pub(crate) fn read(text: &str) -> Option<Meta> {
    if text == "[]" {
        return Some(Meta::new());
    }
    let Ok(Value::Array(changes)) = serde_json::from_str(text) else { return None };
    changes.into_iter().map(change).collect::<Option<Vec<_>>>().map(Meta::stored)
}

fn value(value: &MetaValue) -> Value {
    match value {
        MetaValue::Nothing => Value::Null,
        MetaValue::Flag(flag) => Value::from(*flag),
        MetaValue::Number(number) => Value::from(*number),
        MetaValue::Text(text) => Value::from(text.as_str()),
        MetaValue::Texts(texts) => Value::from(texts.as_slice()),
    }
}

fn change(change: Value) -> Option<FieldChange> {
    let Value::Array(parts) = change else { return None };
    let [field, from, to] = <[Value; 3]>::try_from(parts).ok()?;
    let Value::String(field) = field else { return None };
    Some(FieldChange { field, from: meta_value(from)?, to: meta_value(to)? })
}

fn meta_value(value: Value) -> Option<MetaValue> {
    match value {
        Value::Null => Some(MetaValue::Nothing),
        Value::Bool(flag) => Some(MetaValue::Flag(flag)),
        Value::Number(number) => number.as_u64().map(MetaValue::Number),
        Value::String(text) => Some(MetaValue::Text(text)),
        Value::Array(texts) => texts.into_iter().map(text).collect::<Option<_>>().map(MetaValue::Texts),
        Value::Object(_) => None,
    }
}

fn text(value: Value) -> Option<String> {
    if let Value::String(text) = value { Some(text) } else { None }
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
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
