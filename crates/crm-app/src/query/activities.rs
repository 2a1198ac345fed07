//! What can be asked of the activity feed.

use crm_domain::activity::{Activity, ActivityType, EntityKind};
use crm_domain::ids::UserId;
use uuid::Uuid;

use crate::paging::cursor::SortField;
use crate::paging::{Direction, Position, PositionKey, Sort, Start};

/// Which events. Everything holds at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActivityFilter {
    /// About this kind of record.
    pub entity_kind: Option<EntityKind>,
    /// About the record with this id.
    pub entity_id: Option<Uuid>,
    /// Caused by this user.
    pub actor: Option<UserId>,
    /// Of this type.
    pub kind: Option<ActivityType>,
}

/// The feed has one order: by moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByMoment;

impl SortField for ByMoment {
    fn tag(self) -> u8 {
        41
    }

    fn has_key(self, key: &PositionKey) -> bool {
        matches!(key, PositionKey::Time(_))
    }
}

/// The order of notes: by creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByCreation;

impl SortField for ByCreation {
    fn tag(self) -> u8 {
        42
    }

    fn has_key(self, key: &PositionKey) -> bool {
        matches!(key, PositionKey::Time(_))
    }
}

/// The feed's order: newest first.
pub const NEWEST_FIRST: Sort<ByMoment> = Sort { by: ByMoment, direction: Direction::Descending };

/// Where an event stands in the feed.
pub fn place(activity: &Activity) -> Position {
    Position { key: PositionKey::Time(activity.at), id: activity.id.uuid() }
}

/// One stretch of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityQuery {
    /// Which.
    pub filter: ActivityFilter,
    /// From where.
    pub start: Start,
    /// How many at most.
    pub limit: u32,
}
