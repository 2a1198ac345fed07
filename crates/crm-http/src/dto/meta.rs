//! What changed: `{field: {from, to}}`.

use crm_domain::meta::{Meta, MetaValue};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type, empty};
use utoipa::{PartialSchema, ToSchema};

/// The changed fields of an event.
#[derive(Debug, Clone, Copy)]
pub struct MetaBody<'a>(pub &'a Meta);

struct Value<'a>(&'a MetaValue);

#[derive(Serialize)]
struct FromTo<'a> {
    from: Value<'a>,
    to: Value<'a>,
}

impl Serialize for MetaBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let changes = self.0.changes();
        let mut map = serializer.serialize_map(Some(changes.len()))?;
        for change in changes {
            map.serialize_entry(&change.field, &FromTo { from: Value(&change.from), to: Value(&change.to) })?;
        }
        map.end()
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            MetaValue::Nothing => serializer.serialize_none(),
            MetaValue::Flag(flag) => flag.serialize(serializer),
            MetaValue::Number(number) => number.serialize(serializer),
            MetaValue::Text(text) => text.serialize(serializer),
            MetaValue::Texts(texts) => texts.serialize(serializer),
        }
    }
}

impl PartialSchema for MetaBody<'_> {
    fn schema() -> RefOr<Schema> {
        let change = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Object))
            .property("from", empty())
            .property("to", empty())
            .required("from")
            .required("to")
            .build();
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Object))
            .description(Some("The fields that changed, each with its value before and after."))
            .additional_properties(Some(Schema::Object(change)))
            .into()
    }
}

impl ToSchema for MetaBody<'_> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Meta".into()
    }
}
