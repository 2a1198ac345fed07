//! What can be asked of the audit log.

use crm_domain::audit::AuditKind;
use crm_domain::audit::chain::AuditEntry;
use crm_domain::ids::UserId;
use crm_domain::timestamp::Timestamp;

use crate::paging::cursor::SortField;
use crate::paging::{Direction, Position, PositionKey, Sort, Start};

/// Which entries. Everything holds at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Of any of these kinds; of every kind if there is none.
    pub kinds: Vec<AuditKind>,
    /// Done by this user.
    pub actor: Option<UserId>,
    /// About this account.
    pub subject: Option<UserId>,
    /// From this address.
    pub address: Option<String>,
    /// Then or later.
    pub from: Option<Timestamp>,
    /// Before then.
    pub before: Option<Timestamp>,
}

/// The log's order for readers: by moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ByMoment;

impl SortField for ByMoment {
    fn tag(self) -> u8 {
        51
    }

    fn has_key(self, key: &PositionKey) -> bool {
        matches!(key, PositionKey::Time(_))
    }
}

/// Newest first.
pub const NEWEST_FIRST: Sort<ByMoment> = Sort { by: ByMoment, direction: Direction::Descending };

/// Where an entry stands.
pub fn place(entry: &AuditEntry) -> Position {
    Position { key: PositionKey::Time(entry.event.at), id: entry.event.id.uuid() }
}

/// One page of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditQuery {
    /// Which.
    pub filter: AuditFilter,
    /// From where.
    pub start: Start,
    /// How many at most.
    pub limit: u32,
}
