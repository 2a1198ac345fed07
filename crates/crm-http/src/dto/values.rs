//! Values as texts: ids, instants, days and the words that clients branch on.

use chrono::NaiveDate;
use crm_domain::access::role::Role;
use crm_domain::activity::{ActivityType, EntityKind};
use crm_domain::audit::AuditKind;
use crm_domain::due::DueDate;
use crm_domain::ids::{Id, Kind};
use crm_domain::lead::LeadStatus;
use crm_domain::task::{Priority, RelatedKind, TaskStatus};
use crm_domain::timestamp::Timestamp;
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

/// An id: a UUID in lower case with hyphens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdText(pub Uuid);

/// An instant: RFC 3339 in UTC with milliseconds and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(pub Timestamp);

/// A day of the workspace's calendar: `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub NaiveDate);

/// When a task is due: an instant, or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueText(pub DueDate);

impl<K: Kind> From<Id<K>> for IdText {
    fn from(id: Id<K>) -> Self {
        Self(id.uuid())
    }
}

macro_rules! written_as_text {
    ($($type:ident, $name:literal, $schema:expr;)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    )*};
}

written_as_text! {
    IdText, "Id", text(KnownFormat::Uuid)
        .description(Some("A UUID, in lower case with hyphens; in input in either case."))
        .examples(["0195a000-0000-7000-8000-000000000001"]);
    Instant, "Instant", text(KnownFormat::DateTime)
        .description(Some("RFC 3339, UTC, with milliseconds and `Z`."))
        .examples(["2026-11-05T09:00:00.000Z"]);
    Day, "Day", text(KnownFormat::Date)
        .description(Some("A day of the workspace's calendar."))
        .examples(["2026-11-05"]);
    DueText, "DueDate", AnyOfBuilder::new()
        .item(text(KnownFormat::Date))
        .item(text(KnownFormat::DateTime))
        .description(Some(
            "An RFC 3339 instant, shown in UTC, or a plain day `YYYY-MM-DD` from 1900 on, which stays plain.",
        ))
        .examples(["2026-11-05", "2026-11-05T09:00:00.000Z"]);
}

macro_rules! words {
    ($($(#[$doc:meta])* $type:ident($inner:ty), $name:literal, $all:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $type(pub $inner);

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.as_str())
            }
        }

        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                let words = $all.into_iter().map(|word| word.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }

        impl ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    )*};
}

words! {
    /// A user's role.
    RoleWord(Role), "Role", Role::ALL;
    /// How far a lead has come.
    LeadStatusWord(LeadStatus), "LeadStatus", LeadStatus::ALL;
    /// How far a task has come.
    TaskStatusWord(TaskStatus), "TaskStatus", TaskStatus::ALL;
    /// How urgent a task is.
    PriorityWord(Priority), "Priority", Priority::ALL;
    /// What kind of record a task is about.
    RelatedKindWord(RelatedKind), "RelatedType", [RelatedKind::Lead, RelatedKind::Customer];
    /// What happened.
    ActivityTypeWord(ActivityType), "ActivityType", ActivityType::ALL.iter().copied();
    /// What happened that bears on security.
    AuditKindWord(AuditKind), "AuditType", AuditKind::ALL.iter().copied();
    /// What kind of record it happened to.
    EntityKindWord(EntityKind), "EntityType", EntityKind::ALL;
}

fn text(format: KnownFormat) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
}
