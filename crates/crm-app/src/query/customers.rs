//! What can be asked of the customers.

use crm_domain::access::scope::OwnerFilter;
use crm_domain::customer::Customer;
use crm_domain::fold::fold;
use crm_domain::values::search_query::SearchQuery;

use crate::paging::cursor::SortField;
use crate::paging::{Position, PositionKey, Sort, Start};

/// Which customers. Everything holds at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerFilter {
    /// Whose.
    pub owner: OwnerFilter,
    /// With this tag, folded.
    pub tag: Option<String>,
    /// In which every term occurs.
    pub search: Option<SearchQuery>,
}

impl CustomerFilter {
    /// Every customer in the scope.
    pub fn everything() -> Self {
        Self { owner: OwnerFilter::Any, tag: None, search: None }
    }

    /// Whether only the owner narrows it: the total is then exact, from the tallies.
    pub fn is_tallied(&self) -> bool {
        self.tag.is_none() && self.search.is_none()
    }
}

/// What customers can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CustomerSort {
    /// When it was last changed.
    UpdatedAt,
    /// When it was made.
    CreatedAt,
    /// Its folded name.
    Name,
}

impl SortField for CustomerSort {
    fn tag(self) -> u8 {
        match self {
            Self::UpdatedAt => 11,
            Self::CreatedAt => 12,
            Self::Name => 13,
        }
    }

    fn has_key(self, key: &PositionKey) -> bool {
        match self {
            Self::UpdatedAt | Self::CreatedAt => matches!(key, PositionKey::Time(_)),
            Self::Name => matches!(key, PositionKey::Text(_)),
        }
    }
}

impl CustomerSort {
    /// Where a customer stands in a list sorted so.
    pub fn place(self, customer: &Customer) -> Position {
        let key = match self {
            Self::UpdatedAt => PositionKey::Time(customer.updated_at),
            Self::CreatedAt => PositionKey::Time(customer.created_at),
            Self::Name => PositionKey::Text(fold(customer.name.as_str())),
        };
        Position { key, id: customer.id.uuid() }
    }
}

/// One page of customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerQuery {
    /// Which.
    pub filter: CustomerFilter,
    /// In which order.
    pub sort: Sort<CustomerSort>,
    /// From where.
    pub start: Start,
    /// How many at most.
    pub limit: u32,
}
