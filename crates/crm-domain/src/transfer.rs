//! A hand-over of what was somebody's.

use crate::ids::UserId;
use crate::timestamp::Timestamp;

/// The latest hand-over from a user: running, or finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// When it was finished; `None` while batches are still to be moved.
    pub finished_at: Option<Timestamp>,
}

impl Transfer {
    /// Whether batches are still to be moved.
    pub fn is_running(&self) -> bool {
        self.finished_at.is_none()
    }
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
