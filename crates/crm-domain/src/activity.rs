//! What happened: the events of the activity feed and of each record's history.

use crate::access::role::Role;
use crate::flaw::Flaw;
use crate::ids::{ActivityId, CustomerId, LeadId, TaskId, UserId};
use crate::meta::Meta;
use crate::timestamp::Timestamp;
use crate::version::Version;

macro_rules! activity_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// The type of an event: the most specific one that fits.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ActivityType { $($(#[$doc])* $variant,)* }

        impl ActivityType {
            /// Every type.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The type's name on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

activity_types! {
    /// A lead was made.
    LeadCreated = "lead_created";
    /// Several or other fields of a lead changed.
    LeadUpdated = "lead_updated";
    /// A lead's status changed, and nothing else.
    LeadStatusChanged = "lead_status_changed";
    /// A lead changed hands, and nothing else.
    LeadReassigned = "lead_reassigned";
    /// A lead was put away.
    LeadArchived = "lead_archived";
    /// A lead was taken back.
    LeadUnarchived = "lead_unarchived";
    /// A lead became a customer.
    LeadConverted = "lead_converted";
    /// A customer was made.
    CustomerCreated = "customer_created";
    /// A customer changed.
    CustomerUpdated = "customer_updated";
    /// A customer was deleted.
    CustomerDeleted = "customer_deleted";
    /// A note was written.
    CustomerNoteAdded = "customer_note_added";
    /// A note was edited.
    CustomerNoteEdited = "customer_note_edited";
    /// A note was deleted.
    CustomerNoteDeleted = "customer_note_deleted";
    /// A task was made.
    TaskCreated = "task_created";
    /// A task changed.
    TaskUpdated = "task_updated";
    /// A task was done.
    TaskCompleted = "task_completed";
    /// A task was deleted.
    TaskDeleted = "task_deleted";
    /// A user was made.
    UserCreated = "user_created";
    /// A user changed.
    UserUpdated = "user_updated";
    /// A user was deactivated.
    UserDeactivated = "user_deactivated";
}

impl ActivityType {
    /// Reads a type's name.
    ///
    /// # Errors
    /// `invalid` if it is none of them.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| Flaw::new("invalid", "must be the type of an event, such as lead_created"))
    }

    /// The type within its own kind of record: `lead_status_changed` is `status_changed`.
    pub fn action(self) -> &'static str {
        let name = self.as_str();
        name.split_once('_').map_or(name, |(_, action)| action)
    }
}

/// The kinds of record that events are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// A lead.
    Lead,
    /// A customer.
    Customer,
    /// A task.
    Task,
    /// A user.
    User,
}

impl EntityKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Lead, Self::Customer, Self::Task, Self::User];

    /// The kind's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "Lead",
            Self::Customer => "Customer",
            Self::Task => "Task",
            Self::User => "User",
        }
    }

    /// Reads a kind's name, in either case.
    ///
    /// # Errors
    /// `invalid` if it is none of them.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| Flaw::new("invalid", "must be one of: Lead, Customer, Task, User"))
    }
}

/// The record that an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntityRef {
    /// A lead.
    Lead(LeadId),
    /// A customer.
    Customer(CustomerId),
    /// A task.
    Task(TaskId),
    /// A user.
    User(UserId),
}

impl EntityRef {
    /// The reference to a record of this kind with this UUID.
    pub fn of(kind: EntityKind, uuid: uuid::Uuid) -> Self {
        match kind {
            EntityKind::Lead => Self::Lead(LeadId::from_uuid(uuid)),
            EntityKind::Customer => Self::Customer(CustomerId::from_uuid(uuid)),
            EntityKind::Task => Self::Task(TaskId::from_uuid(uuid)),
            EntityKind::User => Self::User(UserId::from_uuid(uuid)),
        }
    }

    /// What kind of record it is.
    pub fn kind(self) -> EntityKind {
        match self {
            Self::Lead(_) => EntityKind::Lead,
            Self::Customer(_) => EntityKind::Customer,
            Self::Task(_) => EntityKind::Task,
            Self::User(_) => EntityKind::User,
        }
    }

    /// Its id, whatever the kind.
    pub fn uuid(self) -> uuid::Uuid {
        match self {
            Self::Lead(id) => id.uuid(),
            Self::Customer(id) => id.uuid(),
            Self::Task(id) => id.uuid(),
            Self::User(id) => id.uuid(),
        }
    }
}

/// Who caused an event, as they were then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityActor {
    /// The user, or the nil UUID for the system itself.
    pub id: UserId,
    /// Their name then.
    pub name: String,
    /// Their role then.
    pub role: Role,
}

/// One thing that happened to one record. Never changed, never deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its id.
    pub id: ActivityId,
    /// What happened.
    pub kind: ActivityType,
    /// Who caused it.
    pub actor: ActivityActor,
    /// The record it happened to.
    pub entity: EntityRef,
    /// The version that the record got by it. Every version of a record has exactly one event.
    pub entity_version: Version,
    /// What happened, for people.
    pub message: String,
    /// The fields that changed.
    pub meta: Meta,
    /// When.
    pub at: Timestamp,
    /// Who may see it beside admins: who caused it, and who owned the record just before and just after. Without
    /// repetition.
    pub audience: Vec<UserId>,
}

/// What the history of a record shows of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The version that the record got by it.
    pub version: Version,
    /// What happened.
    pub kind: ActivityType,
    /// Who caused it; see [`ActivityActor::id`].
    pub actor: UserId,
    /// Their name then.
    pub actor_name: String,
    /// The fields that changed.
    pub meta: Meta,
    /// When.
    pub at: Timestamp,
}

impl From<Activity> for HistoryEntry {
    fn from(event: Activity) -> Self {
        Self {
            version: event.entity_version,
            kind: event.kind,
            actor: event.actor.id,
            actor_name: event.actor.name,
            meta: event.meta,
            at: event.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_types_of_events_are_those_of_the_wire() {
        let names: Vec<&str> = ActivityType::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(
            names,
            [
                "lead_created",
                "lead_updated",
                "lead_status_changed",
                "lead_reassigned",
                "lead_archived",
                "lead_unarchived",
                "lead_converted",
                "customer_created",
                "customer_updated",
                "customer_deleted",
                "customer_note_added",
                "customer_note_edited",
                "customer_note_deleted",
                "task_created",
                "task_updated",
                "task_completed",
                "task_deleted",
                "user_created",
                "user_updated",
                "user_deactivated",
            ]
        );
        for kind in ActivityType::ALL {
            assert_eq!(ActivityType::parse(kind.as_str()), Ok(*kind));
        }
        for text in ["", "lead", "Lead_Created", "lead_deleted", " lead_created"] {
            assert_eq!(ActivityType::parse(text).unwrap_err().code, "invalid", "{text}");
        }
    }

    #[test]
    fn an_action_is_the_type_without_the_kind_of_record() {
        assert_eq!(ActivityType::LeadStatusChanged.action(), "status_changed");
        assert_eq!(ActivityType::CustomerNoteAdded.action(), "note_added");
        assert_eq!(ActivityType::TaskDeleted.action(), "deleted");
    }

    #[test]
    fn a_kind_of_record_is_read_in_either_case() {
        for kind in EntityKind::ALL {
            assert_eq!(EntityKind::parse(kind.as_str()), Ok(kind));
            assert_eq!(EntityKind::parse(&kind.as_str().to_lowercase()), Ok(kind));
        }
        assert_eq!(EntityKind::parse("Note").unwrap_err().code, "invalid");
    }

    #[test]
    fn a_reference_keeps_kind_and_id() {
        let uuid = Uuid::from_u128(7);
        for kind in EntityKind::ALL {
            let reference = EntityRef::of(kind, uuid);
            assert_eq!((reference.kind(), reference.uuid()), (kind, uuid));
        }
    }
}
