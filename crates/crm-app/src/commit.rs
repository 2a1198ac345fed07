//! A write as a value: what a use case decided, applied by a store whole or not at all.

pub mod change;
pub mod expect;
pub mod replay;

use crm_domain::activity::Activity;
use crm_domain::audit::AuditEvent;
use crm_domain::audit::chain::AuditKey;
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
    /// What of it bears on security: entries of the audit log, sealed in the transaction that writes them.
    pub audit: Vec<AuditEvent>,
    /// What they are sealed with; a store writes none without.
    pub audit_key: Option<AuditKey>,
    /// The answer to keep for a repeated request, if the request can be repeated.
    pub replay: Option<Replay>,
}

impl Commit {
    /// A commit that does nothing yet.
    pub fn new(id: CommitId) -> Self {
        Self {
            id,
            changes: Vec::new(),
            expects: Vec::new(),
            events: Vec::new(),
            audit: Vec::new(),
            audit_key: None,
            replay: None,
        }
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

    /// Adds an entry of the audit log.
    #[must_use]
    pub fn audit(mut self, event: AuditEvent) -> Self {
        self.audit.push(event);
        self
    }

    /// The same, with what its entries of the audit log are sealed with, if it has any.
    #[must_use]
    pub fn sealed_with(self, key: &AuditKey) -> Self {
        let audit_key = (!self.audit.is_empty()).then(|| key.clone());
        Self { audit_key, ..self }
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
