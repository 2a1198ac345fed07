//! A write as a value: what a use case decided, applied by a store whole or not at all.

pub mod change;
pub mod expect;
pub mod replay;

use crm_domain::activity::Activity;
use crm_domain::ids::CommitId;

use crate::commit::change::Change;
use crate::commit::expect::Expect;
use crate::commit::replay::Replay;

/// Everything that one decision writes, what must still hold for it, and what happened.
///
/// A store MUST apply it atomically and durably, MUST apply it once however often the same commit is handed in (its id
/// is kept with its events), and MUST write nothing at all unless every change and every expectation holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// Identifies it, so that a repetition is recognised.
    pub id: CommitId,
    /// What is written, in order.
    pub changes: Vec<Change>,
    /// What must hold beside what the changes themselves demand.
    pub expects: Vec<Expect>,
    /// What happened: one event for each record that gets a new version.
    pub events: Vec<Activity>,
    /// The answer to keep for a repeated request, if the request can be repeated.
    pub replay: Option<Replay>,
}

impl Commit {
    /// A commit that does nothing yet.
    pub fn new(id: CommitId) -> Self {
        Self { id, changes: Vec::new(), expects: Vec::new(), events: Vec::new(), replay: None }
    }

    /// Adds a change.
    #[must_use]
    pub fn change(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// Adds an expectation, once.
    #[must_use]
    pub fn expect(mut self, expect: Expect) -> Self {
        if !self.expects.contains(&expect) {
            self.expects.push(expect);
        }
        self
    }

    /// Adds an event.
    #[must_use]
    pub fn event(mut self, event: Activity) -> Self {
        self.events.push(event);
        self
    }
}

/// What a store says of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is written, durably.
    Applied,
    /// Something that it was decided upon has changed since; nothing was written.
    Stale,
    /// Another record holds a key that must be unique; nothing was written.
    Duplicate(UniqueKey),
}

/// The keys that no two records share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueKey {
    /// A record's id.
    Id,
    /// A user's email.
    Email,
    /// A refresh token's fingerprint.
    Fingerprint,
    /// The marker that the first admin was set up.
    SetUp,
    /// A repeatable request's key.
    Replay,
}
