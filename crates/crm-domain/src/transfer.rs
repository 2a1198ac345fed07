//! A hand-over of what was somebody's, while it goes on.

use crate::ids::UserId;
use crate::timestamp::Timestamp;

/// A hand-over that has begun and is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Whose records move. One hand-over per user at a time.
    pub from: UserId,
    /// Who gets them.
    pub to: UserId,
    /// The admin who asked for it.
    pub by: UserId,
    /// When they asked.
    pub begun_at: Timestamp,
    /// What has moved so far.
    pub moved: Moved,
}

/// How many records a hand-over has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moved {
    /// Leads that were neither closed nor archived.
    pub leads: u64,
    /// Customers.
    pub customers: u64,
    /// Tasks that were not done.
    pub tasks: u64,
}
