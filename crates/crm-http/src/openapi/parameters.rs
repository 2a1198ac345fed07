//! The parameters of queries, as the API document describes them. A test holds their names against the tables by which
//! the use cases read them.

use serde_json::Value;
use utoipa::PartialSchema;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat};
use utoipa::openapi::{Object, RefOr, Required, Type};

use super::texts;
use crate::dto::values::{
    ActivityTypeWord, AuditKindWord, EntityKindWord, LeadStatusWord, PriorityWord, RelatedKindWord, RoleWord,
    TaskStatusWord,
};

/// A parameter of the query.
pub(super) fn parameter(name: &str, about: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(schema))
        .build()
}

/// Of the list of users.
pub(super) fn users() -> Vec<Parameter> {
    let own = vec![
        search("name, email"),
        parameter("role", "With this role.", RoleWord::schema()),
        parameter("active", "Who may sign in, or may not.", Object::with_type(Type::Boolean)),
    ];
    [own, walk(&["createdAt", "name", "email"], "-createdAt")].concat()
}

/// Of the deactivation of a user.
pub(super) fn deactivation() -> Vec<Parameter> {
    vec![parameter("transferTo", "Who gets what is open of theirs: the id of an active user.", id())]
}

/// Of the list of leads.
pub(super) fn leads() -> Vec<Parameter> {
    let archived = ["false", "true", "all"];
    let own = vec![
        search("name, email, phone, company, source"),
        several("status", "With one of these statuses, comma separated.", LeadStatusWord::schema()),
        parameter("assignedAgent", "Assigned to this user, or `none`.", either(id(), just("none"))),
        parameter("archived", "Put away or not.", words(&archived, "false")),
        parameter("showArchived", "The old name of `archived`.", words(&archived, "false")),
        parameter("source", "From this source, in any case and accent.", texts::line(50)),
        parameter("tag", "With this tag, in any case and accent.", texts::line(50)),
        parameter("createdFrom", "Created on this local day or later.", day()),
        parameter("createdTo", "Created on this local day or earlier.", day()),
    ];
    [own, walk(&["updatedAt", "createdAt", "name"], "-updatedAt")].concat()
}

/// Of the list of customers.
pub(super) fn customers() -> Vec<Parameter> {
    let own = vec![
        search("name, company, email, phone"),
        parameter("owner", "Owned by this user.", id()),
        parameter("tag", "With this tag, in any case and accent.", texts::line(50)),
    ];
    [own, walk(&["updatedAt", "createdAt", "name"], "-updatedAt")].concat()
}

/// Of the list of a customer's notes.
pub(super) fn notes() -> Vec<Parameter> {
    vec![page(), limit(), cursor()]
}

/// Of the list of tasks.
pub(super) fn tasks() -> Vec<Parameter> {
    let due = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(r"^(overdue|today|tomorrow|week|(before|after):[0-9]{4}-[0-9]{2}-[0-9]{2})$"));
    let own = vec![
        parameter("owner", "Owned by this user.", id()),
        several("status", "With one of these statuses, comma separated.", TaskStatusWord::schema()),
        several("priority", "With one of these priorities, comma separated.", PriorityWord::schema()),
        parameter("relatedType", "About this kind of record.", RelatedKindWord::schema()),
        parameter("relatedId", "About the record with this id.", id()),
        parameter("due", "Due then: `week` is today and the six days after.", due),
        search("title, description"),
    ];
    [own, walk(&["dueDate", "createdAt", "updatedAt", "priority"], "dueDate")].concat()
}

/// Of the feed.
pub(super) fn activity() -> Vec<Parameter> {
    vec![
        limit(),
        cursor(),
        parameter("entityType", "About this kind of record.", EntityKindWord::schema()),
        parameter("entityId", "About the record with this id.", id()),
        parameter("actor", "Caused by this user.", id()),
        parameter("type", "Of this type.", ActivityTypeWord::schema()),
    ]
}

/// Of the audit log.
pub(super) fn audit() -> Vec<Parameter> {
    let own = vec![
        several("type", "Of one of these types, comma separated.", AuditKindWord::schema()),
        parameter("actor", "Done by this user.", id()),
        parameter("user", "About this user.", id()),
        parameter("address", "From this address.", either(custom("ipv4"), custom("ipv6"))),
    ];
    [own, history()].concat()
}

/// Of one's own history.
pub(super) fn history() -> Vec<Parameter> {
    let moment = || either(formatted(KnownFormat::DateTime), day());
    vec![
        parameter("from", "Then or later: an instant, or a local day.", moment()),
        parameter("to", "Then or earlier: an instant, or a local day.", moment()),
        page(),
        limit(),
        cursor(),
    ]
}

/// The parameters that every list has.
fn walk(fields: &[&str], default: &str) -> Vec<Parameter> {
    let both: Vec<String> =
        fields.iter().flat_map(|field| [(*field).to_owned(), format!("-{field}")]).collect();
    let both: Vec<&str> = both.iter().map(String::as_str).collect();
    let sort = parameter("sort", "The order; with `-` in front, the other way round.", words(&both, default));
    vec![page(), limit(), cursor(), sort]
}

fn page() -> Parameter {
    let number =
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).default(Some(Value::from(1)));
    parameter("page", "The page's number; not with `cursor`, and not beyond record 100,000.", number)
}

fn limit() -> Parameter {
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(100))
        .default(Some(Value::from(10)));
    parameter("limit", "How many at most.", number)
}

fn cursor() -> Parameter {
    parameter(
        "cursor",
        "Where to go on: the `nextCursor` of the page before.",
        Object::with_type(Type::String),
    )
}

fn search(fields: &str) -> Parameter {
    let about = format!(
        "Literal text; every word must occur somewhere in {fields}. Case and accents do not matter; a number is compared by \
         its digits."
    );
    parameter("q", &about, texts::words(200))
}

fn several(name: &str, about: &str, words: RefOr<Schema>) -> Parameter {
    ParameterBuilder::from(parameter(name, about, ArrayBuilder::new().items(words)))
        .style(Some(ParameterStyle::Form))
        .explode(Some(false))
        .build()
}

fn words(words: &[&str], default: &str) -> ObjectBuilder {
    let words = words.iter().map(|word| Value::from(*word));
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
        .default(Some(Value::from(default)))
}

fn either(one: ObjectBuilder, other: ObjectBuilder) -> AnyOfBuilder {
    AnyOfBuilder::new().item(one).item(other)
}

fn just(word: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some([word]))
}

fn custom(format: &str) -> ObjectBuilder {
    let format = SchemaFormat::Custom(format.to_owned());
    ObjectBuilder::new().schema_type(Type::String).format(Some(format))
}

fn id() -> ObjectBuilder {
    formatted(KnownFormat::Uuid)
}

fn day() -> ObjectBuilder {
    formatted(KnownFormat::Date)
}

fn formatted(format: KnownFormat) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
}
