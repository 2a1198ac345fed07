//! What can be asked of the leads.

use crm_domain::access::scope::OwnerFilter;
use crm_domain::fold::fold;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::search_query::SearchQuery;

use crate::paging::cursor::SortField;
use crate::paging::{Position, PositionKey, Sort, Start};

/// Which leads by whether they were put away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Archived {
    /// Those that were not.
    No,
    /// Those that were.
    Yes,
    /// All.
    All,
}

/// Which leads. Everything holds at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadFilter {
    /// Whose.
    pub owner: OwnerFilter,
    /// With one of these statuses, without repetition; none means any.
    pub statuses: Vec<LeadStatus>,
    /// Put away or not.
    pub archived: Archived,
    /// From this source, folded.
    pub source: Option<String>,
    /// With this tag, folded.
    pub tag: Option<String>,
    /// Created at this moment or later.
    pub created_from: Option<Timestamp>,
    /// Created before this moment.
    pub created_before: Option<Timestamp>,
    /// In which every term occurs.
    pub search: Option<SearchQuery>,
}

impl LeadFilter {
    /// Every lead in the scope.
    pub fn everything() -> Self {
        Self {
            owner: OwnerFilter::Any,
            statuses: Vec::new(),
            archived: Archived::All,
            source: None,
            tag: None,
            created_from: None,
            created_before: None,
            search: None,
        }
    }

    /// Whether only owner, status and archived narrow it: the total is then exact, from the tallies.
    pub fn is_tallied(&self) -> bool {
        self.source.is_none()
            && self.tag.is_none()
            && self.created_from.is_none()
            && self.created_before.is_none()
            && self.search.is_none()
    }
}

/// What leads can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeadSort {
    /// When it was last changed.
    UpdatedAt,
    /// When it was made.
    CreatedAt,
    /// Its folded name.
    Name,
}

impl SortField for LeadSort {
    fn tag(self) -> u8 {
        match self {
            Self::UpdatedAt => 1,
            Self::CreatedAt => 2,
            Self::Name => 3,
        }
    }

    fn has_key(self, key: &PositionKey) -> bool {
        match self {
            Self::UpdatedAt | Self::CreatedAt => matches!(key, PositionKey::Time(_)),
            Self::Name => matches!(key, PositionKey::Text(_)),
        }
    }
}

impl LeadSort {
    /// Where a lead stands in a list sorted so.
    pub fn place(self, lead: &Lead) -> Position {
        let key = match self {
            Self::UpdatedAt => PositionKey::Time(lead.updated_at),
            Self::CreatedAt => PositionKey::Time(lead.created_at),
            Self::Name => PositionKey::Text(fold(lead.name.as_str())),
        };
        Position { key, id: lead.id.uuid() }
    }
}

/// One page of leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadQuery {
    /// Which.
    pub filter: LeadFilter,
    /// In which order.
    pub sort: Sort<LeadSort>,
    /// From where.
    pub start: Start,
    /// How many at most.
    pub limit: u32,
}
