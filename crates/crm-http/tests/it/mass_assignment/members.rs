//! Members that nobody may send: each stored field under every name that some framework would take for it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What other backends call these fields, and fields that others have.
const ALIASES: [(&str, &[&str]); 9] = [
    ("owner", &["assignedAgent", "assignedTo", "ownerId", "agent"]),
    ("active", &["isActive", "enabled", "disabled"]),
    ("password", &["passwordHash", "hash", "newPasswordHash"]),
    ("customer", &["customerId", "convertedAt", "convertedBy", "converted"]),
    ("lead", &["leadId"]),
    ("role", &["roles", "isAdmin", "admin", "permissions", "scope"]),
    ("access_version", &["tokenVersion", "accessVersion"]),
    ("version", &["__v", "nextSequence", "etag"]),
    ("archived", &["isArchived", "deletedAt", "deleted"]),
];

/// The fields of some records, each with a value that it does not have and that somebody would like it to have.
#[derive(Debug, Default)]
pub(super) struct Fields(BTreeMap<String, Value>);

impl Fields {
    /// Takes in the members of a record, as it is stored or as it is shown.
    pub(super) fn of(&mut self, record: &Value, victim: &str) {
        for (name, value) in record.as_object().into_iter().flatten() {
            if name == "kind" {
                continue;
            }
            self.0.entry(name.clone()).or_insert_with(|| wanted(name, value, victim));
            if let Value::Object(_) = value {
                self.of(value, victim);
            }
            for (field, aliases) in ALIASES {
                for alias in aliases.iter().filter(|_| field == name) {
                    let wanted = wanted(alias, value, victim);
                    self.0.entry((*alias).to_owned()).or_insert(wanted);
                }
            }
        }
    }

    /// How many fields there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Each field in each form: the name of the member with what it says.
    pub(super) fn members(&self, kind: &str) -> BTreeMap<String, Value> {
        let mut members = BTreeMap::new();
        for (field, value) in &self.0 {
            let camel = camel(field);
            let inner = json!({ camel.as_str(): value });
            let forms = [
                (field.clone(), value.clone()),
                (snake(&camel), value.clone()),
                (format!("_{camel}"), value.clone()),
                (format!("$set.{camel}"), value.clone()),
                (format!("{kind}.{camel}"), value.clone()),
                (format!("$set#{camel}"), inner.clone()),
                (format!("__proto__#{camel}"), inner.clone()),
                (format!("constructor#{camel}"), json!({ "prototype": inner.clone() })),
                (format!("{kind}#{camel}"), inner),
                (camel, value.clone()),
            ];
            members.extend(forms);
        }
        members
    }
}

/// The member of this name: what is behind a `#` tells members of one name apart and is not sent.
pub(super) fn sent_name(name: &str) -> &str {
    name.split('#').next().unwrap_or(name)
}

/// The body with one member more.
pub(super) fn with(body: &Value, name: &str, value: &Value) -> Value {
    let mut members: Map<String, Value> = body.as_object().cloned().unwrap_or_default();
    members.insert(name.to_owned(), value.clone());
    Value::Object(members)
}

/// Another value than it has: somebody else's id for an id, another time for a time, more for a number.
fn wanted(name: &str, value: &Value, victim: &str) -> Value {
    let lower = name.to_lowercase();
    match value {
        _ if lower.ends_with("at") => json!("2001-01-01T00:00:00.000Z"),
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => json!(number.as_u64().unwrap_or(0) + 98),
        Value::String(text) if Uuid::try_parse(text).is_ok() => json!(victim),
        Value::String(_) if lower.contains("role") => json!("admin"),
        Value::String(_) if lower.contains("hash") || lower == "password" => json!("$plain$taken over"),
        Value::String(_) => json!("taken over"),
        Value::Array(_) => json!(["taken over"]),
        Value::Object(_) => json!({ "id": victim }),
        Value::Null => json!(victim),
    }
}

fn camel(name: &str) -> String {
    let (lead, rest) = if let Some(rest) = name.strip_prefix('_') { ("_", rest) } else { ("", name) };
    let mut camel = lead.to_owned();
    for (at, part) in rest.split('_').enumerate() {
        let mut letters = part.chars();
        match letters.next() {
            Some(first) if at > 0 => camel.extend(first.to_uppercase()),
            Some(first) => camel.push(first),
            None => {}
        }
        camel.push_str(letters.as_str());
    }
    camel
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
