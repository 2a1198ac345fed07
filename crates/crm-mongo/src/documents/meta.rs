//! What a change changed: `[{ field: "status", from: "New", to: "Closed Won" }, …]`.

use bson::{Bson, doc};
use crm_domain::meta::{FieldChange, Meta, MetaValue};
use serde::{Deserialize, Serialize};

use super::fields::Unreadable;

/// One field before and after.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ChangeDocument {
    field: String,
    from: Bson,
    to: Bson,
}

/// What the document holds.
pub(crate) fn write(meta: &Meta) -> Vec<ChangeDocument> {
    let changes = meta.changes().iter();
    changes
        .map(|change| ChangeDocument {
            field: change.field.clone(),
            from: value(&change.from),
            to: value(&change.to),
        })
        .collect()
}

/// What the document says.
pub(crate) fn read(changes: Vec<ChangeDocument>) -> Result<Meta, Unreadable> {
    let read = |change: ChangeDocument| {
        Some(FieldChange { field: change.field, from: meta_value(change.from)?, to: meta_value(change.to)? })
    };
    let changes = changes.into_iter().map(read).collect::<Option<Vec<_>>>();
    changes.map(Meta::stored).ok_or_else(|| Unreadable::new("meta", "no list of changes"))
}

fn value(value: &MetaValue) -> Bson {
    match value {
        MetaValue::Nothing => Bson::Null,
        MetaValue::Flag(flag) => Bson::Boolean(*flag),
        MetaValue::Number(number) => match i64::try_from(*number) {
            Ok(number) => Bson::Int64(number),
            // BSON has no number that large.
            Err(_) => Bson::Document(doc! { "number": number.to_string() }),
        },
        MetaValue::Text(text) => Bson::String(text.clone()),
        MetaValue::Texts(texts) => Bson::Array(texts.iter().map(Bson::from).collect()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "of all that BSON knows, only this is written")]
fn meta_value(value: Bson) -> Option<MetaValue> {
    match value {
        Bson::Null => Some(MetaValue::Nothing),
        Bson::Boolean(flag) => Some(MetaValue::Flag(flag)),
        Bson::Int64(number) => u64::try_from(number).ok().map(MetaValue::Number),
        Bson::Document(large) => large.get_str("number").ok()?.parse().ok().map(MetaValue::Number),
        Bson::String(text) => Some(MetaValue::Text(text)),
        Bson::Array(texts) => texts.into_iter().map(text).collect::<Option<_>>().map(MetaValue::Texts),
        _ => None,
    }
}

fn text(value: Bson) -> Option<String> {
    if let Bson::String(text) = value { Some(text) } else { None }
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
        assert_eq!(read(write(&meta)).unwrap(), meta);
        assert_eq!(read(write(&Meta::new())).unwrap(), Meta::new());
    }

    #[test]
    fn what_is_no_change_cannot_be_read() {
        for from in
            [Bson::Int64(-1), Bson::Double(1.0), Bson::Document(doc! {}), Bson::Array(vec![Bson::Null])]
        {
            let change = ChangeDocument { field: "x".to_owned(), from, to: Bson::Null };
            assert!(read(vec![change]).is_err());
        }
    }
}
