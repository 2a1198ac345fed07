//! What goes into the audit log with a transaction, sealed when it runs: only then it is known on what it follows.
//!
//! The head is written by every such transaction, so that of two that follow on one entry, one begins anew.

use bson::{Document, doc};
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::error::StoreError;
use crm_domain::audit::AuditEvent;
use crm_domain::audit::chain::{AuditKey, Mark};

use super::step::{Short, Step, Verb};
use crate::audits::listing::{AUDITS, HEAD};
use crate::audits::{head, newest};
use crate::documents::audit::{AuditDocument, HeadDocument};
use crate::documents::{int, write};
use crate::reader::Reader;
use crate::store::defect;

/// What goes into the audit log.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    events: Vec<AuditEvent>,
    key: Option<AuditKey>,
    pruned: Option<Mark>,
}

impl Audit {
    /// Adds what comes with this commit.
    pub(super) fn add(&mut self, commit: &Commit) -> Result<(), StoreError> {
        if commit.audit.is_empty() {
            return Ok(());
        }
        let key =
            commit.audit_key.as_ref().ok_or_else(|| defect("entries of the audit log without a key"))?;
        self.key.get_or_insert_with(|| key.clone());
        self.events.extend(commit.audit.iter().cloned());
        for change in &commit.changes {
            if let Change::PruneAudit(last) = change {
                self.pruned = Some(*last);
            }
        }
        Ok(())
    }

    /// Whether it is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The commands that write it, on what the transaction sees.
    pub(super) async fn steps(&self, reader: &mut Reader) -> Result<Vec<Step>, StoreError> {
        let key = self.key.as_ref().ok_or_else(|| defect("entries of the audit log without a key"))?;
        let kept = head(reader).await?;
        let begins = kept.map_or(0, |head| head.anchor.sequence);
        let pruned = self.pruned.filter(|last| last.sequence > begins);
        let (entries, next) = key.follow(kept, newest(reader).await?, pruned, &self.events);
        let entries = entries.iter().map(|entry| write(&AuditDocument::new(entry)));
        let entries = entries.collect::<Result<Vec<Document>, _>>()?;
        let next = write(&HeadDocument::new(&next))?;
        let put = doc! { "q": { "_id": 1_i32 }, "u": next, "upsert": true };
        let mut steps = vec![step(AUDITS, Verb::Insert, entries), step(HEAD, Verb::Update, vec![put])];
        if let Some(last) = pruned {
            let gone = doc! { "q": { "sequence": { "$lte": int(last.sequence) } }, "limit": 0 };
            steps.push(step(AUDITS, Verb::Delete, vec![gone]));
        }
        Ok(steps)
    }
}

fn step(collection: &'static str, verb: Verb, statements: Vec<Document>) -> Step {
    Step { collection, verb, statements, short: Short::Fine }
}
