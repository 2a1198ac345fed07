//! What an operator does to a whole store from the command line.

use std::sync::Arc;

use async_trait::async_trait;
use crm_domain::calendar::Calendar;

use crate::commit::Commit;
use crate::error::StoreError;

/// A counter that does not agree with the records it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyDifference {
    /// Which counter, for people.
    pub key: String,
    /// What it says.
    pub kept: i64,
    /// What the records say.
    pub counted: i64,
}

/// How many records of each kind a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Users, active or not.
    pub users: u64,
    /// Leads, archived or not.
    pub leads: u64,
    /// Customers.
    pub customers: u64,
    /// Notes.
    pub notes: u64,
    /// Tasks.
    pub tasks: u64,
    /// Events.
    pub activities: u64,
}

/// Looks after a whole store.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Maintenance: Send + Sync {
    /// Changes the calendar, and with it, in one transaction, every counter and due moment that rests on it.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn set_calendar(&self, calendar: Calendar) -> Result<(), StoreError>;

    /// Counts everything anew and says which counters were wrong; corrects them if `repair`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn recount(&self, repair: bool) -> Result<Vec<TallyDifference>, StoreError>;

    /// How much there is.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn inventory(&self) -> Result<Inventory, StoreError>;

    /// Applies many commits as one batch: all of them or none. For seeding and copying.
    ///
    /// # Errors
    /// [`StoreError`]; `Unavailable` also if one of them does not hold.
    async fn load(&self, commits: Vec<Arc<Commit>>) -> Result<(), StoreError>;

    /// Deletes everything but the calendar and the audit log, in one transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn clear(&self) -> Result<(), StoreError>;

    /// Reads every record once and checks what the store can check of itself; one line per problem.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn check(&self) -> Result<Vec<String>, StoreError>;
}
