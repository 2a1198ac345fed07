//! What an event says of the fields that changed.

use bson::oid::ObjectId;
use bson::{Bson, Document};
use crm_domain::activity::{ActivityType, EntityKind};
use crm_domain::ids::CustomerId;
use crm_domain::lead::LeadStatus;
use crm_domain::meta::{Meta, MetaValue};
use crm_domain::timestamp::Timestamp;

use super::Hands;
use crate::ids;
use crate::people::People;
use crate::source::fields::{exact, reference};

/// What is told of the fields that changed.
pub(super) struct Told {
    pub(super) meta: Meta,
    pub(super) hands: Option<Hands>,
    pub(super) customer: Option<ObjectId>,
}

/// Reads it. Ids become those of here.
pub(super) fn read(
    kind: ActivityType,
    document: Option<&Document>,
    message: Option<&str>,
    people: &People,
) -> Told {
    let mut told = Told { meta: Meta::new(), hands: None, customer: None };
    let empty = Document::new();
    let document = document.unwrap_or(&empty);
    if kind == ActivityType::LeadReassigned && (document.contains_key("from") || document.contains_key("to"))
    {
        let user = |name| document.get(name).and_then(reference).map(|old| people.id(old));
        let hands = Hands { from: user("from"), to: user("to") };
        let text = |user: Option<crm_domain::ids::UserId>| user.map(|user| user.to_string());
        told.meta = Meta::new().compare("assignedAgent", text(hands.from), text(hands.to));
        told.hands = Some(hands);
    } else if kind == ActivityType::LeadConverted && document.contains_key("customerId") {
        told.customer = document.get("customerId").and_then(reference);
        let id: Option<CustomerId> = told.customer.map(|old| ids::record(EntityKind::Customer, old));
        told.meta = Meta::new().compare("customerId", None, id.map(|id| id.to_string()));
    } else if kind == ActivityType::LeadStatusChanged && !document.contains_key("status") {
        let between = |name| document.get_str(name).ok().and_then(|text| LeadStatus::parse(text).ok());
        let statuses = between("from").zip(between("to")).or_else(|| statuses_in(message?));
        if let Some((from, to)) = statuses {
            told.meta = Meta::new().compare("status", from.as_str(), to.as_str());
        }
    } else {
        for (field, change) in document {
            told.meta = match change.as_document() {
                Some(change) if change.contains_key("from") || change.contains_key("to") => {
                    told.meta.compare(field, of(change.get("from")), of(change.get("to")))
                }
                Some(_) | None => told.meta.compare(field, MetaValue::Nothing, of(Some(change))),
            };
        }
    }
    told
}

/// `Lead status: New -> In Progress`.
fn statuses_in(message: &str) -> Option<(LeadStatus, LeadStatus)> {
    let (_, statuses) = message.split_once(':')?;
    let (from, to) = statuses.split_once("->")?;
    LeadStatus::parse(from.trim()).ok().zip(LeadStatus::parse(to.trim()).ok())
}

/// A value as an event remembers it; what it has no kind for is written out.
#[expect(clippy::wildcard_enum_match_arm, reason = "the types of BSON, most of which are written out")]
fn of(value: Option<&Bson>) -> MetaValue {
    let Some(value) = value else { return MetaValue::Nothing };
    let whole = |number: i64| match u64::try_from(number) {
        Ok(number) => MetaValue::Number(number),
        Err(_) => MetaValue::Text(number.to_string()),
    };
    match value {
        Bson::Null | Bson::Undefined => MetaValue::Nothing,
        Bson::Boolean(flag) => MetaValue::Flag(*flag),
        Bson::Int32(number) => whole(i64::from(*number)),
        Bson::Int64(number) => whole(*number),
        Bson::Double(number) => exact(*number).map_or_else(|| MetaValue::Text(number.to_string()), whole),
        Bson::String(text) => MetaValue::Text(text.clone()),
        Bson::ObjectId(id) => MetaValue::Text(id.to_hex()),
        Bson::DateTime(at) => match Timestamp::from_millis(at.timestamp_millis()) {
            Some(at) => MetaValue::Text(at.to_string()),
            None => MetaValue::Text(at.to_string()),
        },
        Bson::Array(values) if values.iter().all(|value| value.as_str().is_some()) => {
            MetaValue::Texts(values.iter().filter_map(Bson::as_str).map(str::to_owned).collect())
        }
        other => MetaValue::Text(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use crm_domain::meta::FieldChange;

    use super::*;

    fn changes(kind: ActivityType, document: &Document, message: &str) -> Vec<FieldChange> {
        read(kind, Some(document), Some(message), &People::default()).meta.changes().to_vec()
    }

    fn change(field: &str, from: impl Into<MetaValue>, to: impl Into<MetaValue>) -> FieldChange {
        FieldChange { field: field.to_owned(), from: from.into(), to: to.into() }
    }

    #[test]
    fn a_status_is_read_from_the_message_where_nothing_else_tells_it() {
        let told = changes(ActivityType::LeadStatusChanged, &doc! {}, "Lead status: New -> In Progress");
        assert_eq!(told, [change("status", "New", "In Progress")]);
        assert!(changes(ActivityType::LeadStatusChanged, &doc! {}, "Lead status: New -> Hot").is_empty());
        assert!(changes(ActivityType::LeadStatusChanged, &doc! {}, "").is_empty());
    }

    #[test]
    fn a_hand_over_names_users_by_their_ids_here() {
        let (from, to) = (ObjectId::new(), ObjectId::new());
        let meta = doc! { "from": from, "to": to.to_hex() };
        let told = read(ActivityType::LeadReassigned, Some(&meta), None, &People::default());
        let user = |old| People::default().id(old);
        assert_eq!(told.hands, Some(Hands { from: Some(user(from)), to: Some(user(to)) }));
        let expected = change("assignedAgent", user(from).to_string(), user(to).to_string());
        assert_eq!(told.meta.changes(), [expected]);
    }

    #[test]
    fn a_conversion_names_the_customer() {
        let old = ObjectId::new();
        let meta = doc! { "customerId": old };
        let told = read(ActivityType::LeadConverted, Some(&meta), None, &People::default());
        assert_eq!(told.customer, Some(old));
        let id: CustomerId = ids::record(EntityKind::Customer, old);
        assert_eq!(told.meta.changes(), [change("customerId", MetaValue::Nothing, id.to_string())]);
    }

    #[test]
    fn whatever_else_is_told_is_kept() {
        let meta = doc! {
            "score": { "from": 1, "to": 2.0 }, "hot": true, "tags": ["a", "b"], "less": -1, "deep": { "a": 1 },
        };
        let told = changes(ActivityType::LeadUpdated, &meta, "");
        assert_eq!(
            told,
            [
                change("score", 1_u64, 2_u64),
                change("hot", MetaValue::Nothing, true),
                change("tags", MetaValue::Nothing, vec!["a".to_owned(), "b".to_owned()]),
                change("less", MetaValue::Nothing, "-1"),
                change("deep", MetaValue::Nothing, "{ \"a\": 1 }"),
            ]
        );
    }
}
