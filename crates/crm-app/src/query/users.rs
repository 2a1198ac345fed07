//! What can be asked of the users.

use crm_domain::access::role::Role;
use crm_domain::fold::fold;
use crm_domain::user::User;
use crm_domain::values::search_query::SearchQuery;

use crate::paging::cursor::SortField;
use crate::paging::{Position, PositionKey, Sort, Start};

/// Which users. Everything holds at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserFilter {
    /// With this role.
    pub role: Option<Role>,
    /// Active or not.
    pub active: Option<bool>,
    /// In whose name or email every term occurs.
    pub search: Option<SearchQuery>,
}

/// What users can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserSort {
    /// When the account was made.
    CreatedAt,
    /// Their folded name.
    Name,
    /// Their email.
    Email,
}

impl SortField for UserSort {
    fn tag(self) -> u8 {
        match self {
            Self::CreatedAt => 31,
            Self::Name => 32,
            Self::Email => 33,
        }
    }

    fn has_key(self, key: &PositionKey) -> bool {
        match self {
            Self::CreatedAt => matches!(key, PositionKey::Time(_)),
            Self::Name | Self::Email => matches!(key, PositionKey::Text(_)),
        }
    }
}

impl UserSort {
    /// Where a user stands in a list sorted so.
    pub fn place(self, user: &User) -> Position {
        let key = match self {
            Self::CreatedAt => PositionKey::Time(user.created_at),
            Self::Name => PositionKey::Text(fold(user.name.as_str())),
            Self::Email => PositionKey::Text(user.email.as_str().to_owned()),
        };
        Position { key, id: user.id.uuid() }
    }
}

/// One page of users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserQuery {
    /// Which.
    pub filter: UserFilter,
    /// In which order.
    pub sort: Sort<UserSort>,
    /// From where.
    pub start: Start,
    /// How many at most.
    pub limit: u32,
}
