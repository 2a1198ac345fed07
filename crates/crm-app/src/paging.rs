//! Walking lists: by page, or by a cursor that costs the same at any depth.

pub mod cursor;
pub mod request;

use crm_domain::timestamp::Timestamp;
use uuid::Uuid;

/// Which way a list runs. Ties are broken by id, the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A list's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sort<By> {
    /// The field it runs by.
    pub by: By,
    /// Which way.
    pub direction: Direction,
}

/// The place of one record in a sorted list: what it is sorted by, then its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The value it is sorted by.
    pub key: PositionKey,
    /// Its id.
    pub id: Uuid,
}

/// A value that lists are sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PositionKey {
    /// A moment.
    Time(Timestamp),
    /// A folded text.
    Text(String),
    /// A place in a short ranking, such as a priority.
    Rank(u8),
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// After so many records.
    Offset(u64),
    /// After the record that stood here.
    After(Position),
}

impl Start {
    /// Whether few records are passed over to get there.
    pub fn is_near(&self) -> bool {
        match self {
            Self::Offset(passed) => *passed <= 100,
            Self::After(_) => true,
        }
    }
}

/// A stretch of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// How many records a filter finds in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// How many; at least so many if `lower_bound`.
    pub count: u64,
    /// Whether there may be more than `count`.
    pub lower_bound: bool,
}

impl Total {
    /// Up to here every total is exact.
    pub const EXACT_UP_TO: u64 = 10_000;

    /// An exact total.
    pub fn exact(count: u64) -> Self {
        Self { count, lower_bound: false }
    }

    /// A total of which no more than one beyond [`Self::EXACT_UP_TO`] was counted.
    pub fn bounded(counted: u64) -> Self {
        if counted > Self::EXACT_UP_TO {
            Self { count: Self::EXACT_UP_TO, lower_bound: true }
        } else {
            Self::exact(counted)
        }
    }
}

/// A stretch of a list with the total of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted<T> {
    /// The stretch.
    pub slice: Slice<T>,
    /// How many there are in all.
    pub total: Total,
}

/// One page as a use case answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Its number, from 1. With a cursor it is 1: such a walk has no numbers.
    pub page: u64,
    /// How many records a page has at most.
    pub limit: u32,
    /// How many there are in all.
    pub total: Total,
    /// The records.
    pub items: Vec<T>,
    /// The cursor of the next page, if there is one.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The page with each record made into something else.
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        Page {
            page: self.page,
            limit: self.limit,
            total: self.total,
            items: self.items.into_iter().map(make).collect(),
            next_cursor: self.next_cursor,
        }
    }
}
