//! What must still hold when a commit is applied, beside what its changes demand of the records they write.

use crm_domain::access::role::Role;
use crm_domain::activity::EntityRef;
use crm_domain::ids::{CustomerId, UserId};
use crm_domain::transfer::Transfer;
use crm_domain::version::Version;

/// Something that was read and not written, and on which the decision rests.
///
/// A store MUST check it in the transaction that writes, in such a way that of two commits, one of which breaks what
/// the other expects, never both are applied unless the one that expects came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The record exists and has this version.
    Unchanged(EntityRef, Version),
    /// The user exists and is active.
    UserActive(UserId),
    /// Whoever asked is still who they were when they were let in.
    ActorStands {
        /// The user.
        user: UserId,
        /// The role they acted with.
        role: Role,
        /// The access version they were let in with.
        access_version: u32,
    },
    /// The customer has this many tasks that are not done: no task was added to it or reopened meanwhile.
    OpenTasks {
        /// The customer.
        customer: CustomerId,
        /// How many.
        count: u64,
    },
    /// The hand-over is on record exactly like this: nobody else, such as another server, moved a batch meanwhile.
    TransferAt(Transfer),
}
