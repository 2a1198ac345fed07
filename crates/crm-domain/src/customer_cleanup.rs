//! The clean-up after the deletion of a customer, while it goes on.

use crate::ids::{CustomerId, UserId};
use crate::timestamp::Timestamp;

/// Notes of a deleted customer that are still to be removed, and open tasks about it that are still to be completed.
///
/// It is written in the commit that deletes the customer and removed with the last batch. A customer is deleted once,
/// so a clean-up never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CustomerCleanup {
    /// The customer, which is deleted.
    pub customer: CustomerId,
    /// The user who deleted it: the actor of the events of those tasks that they may see.
    pub deleted_by: UserId,
    /// When they deleted it.
    pub deleted_at: Timestamp,
}
