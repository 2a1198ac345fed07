//! A store that keeps what it is given to write and answers as it was told.

use std::collections::VecDeque;
use std::sync::Arc;

use crm_app::commit::change::Change;
use crm_app::commit::{Commit, Verdict};
use crm_app::error::StoreError;
use crm_app::ports::commits::MockCommits;
use crm_domain::audit::AuditEvent;
use crm_domain::transfer::Transfer;
use parking_lot::Mutex;

/// What a use case handed in to be written, in order; entries of the audit log apart.
#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<Commit>>>, Arc<Mutex<Vec<AuditEvent>>>);

impl Written {
    /// Answers one commit after the other; each answer must be asked for.
    pub(crate) fn answering(
        commits: &mut MockCommits,
        answers: impl IntoIterator<Item = Result<Verdict, StoreError>>,
    ) -> Self {
        let written = Self::default();
        let kept = written.clone();
        let mut answers: VecDeque<_> = answers.into_iter().collect();
        commits.expect_commit().times(answers.len()).returning(move |commit| {
            assert_eq!(commit.audit_key.is_some(), !commit.audit.is_empty(), "what is sealed has a key");
            kept.1.lock().extend(commit.audit.iter().cloned());
            kept.0.lock().push(Commit { audit: Vec::new(), audit_key: None, ..Commit::clone(&commit) });
            answers.pop_front().unwrap()
        });
        written
    }

    /// Every commit that was handed in.
    pub(crate) fn all(&self) -> Vec<Commit> {
        self.0.lock().clone()
    }

    /// What was handed in for the audit log.
    pub(crate) fn audit(&self) -> Vec<AuditEvent> {
        self.1.lock().clone()
    }

    /// The one commit that was handed in.
    pub(crate) fn only(&self) -> Commit {
        let commits = self.all();
        assert_eq!(commits.len(), 1, "one commit is handed in");
        commits.into_iter().next().unwrap()
    }
}

/// The hand-over as it was written last, if one was.
pub(crate) fn last_transfer(written: &Written) -> Option<Transfer> {
    let commits = written.all();
    let mut changes = commits.iter().rev().flat_map(|commit| &commit.changes);
    changes.find_map(|change| if let Change::PutTransfer(transfer) = change { Some(*transfer) } else { None })
}
