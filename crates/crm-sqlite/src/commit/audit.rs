//! Writing the audit log: sealed here, in the transaction of what it tells.

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::error::StoreError;
use rusqlite::Connection;

use super::undone::{self, Undone, Written};
use crate::db::Db;
use crate::engine::error::JobError;
use crate::rows::audit;

/// Writes a commit's entries and the head that follows, and removes what it prunes.
pub(super) fn write(conn: &Connection, commit: &Commit) -> Written<()> {
    if commit.audit.is_empty() {
        return Ok(());
    }
    let Some(key) = &commit.audit_key else {
        let cause = "entries of the audit log came without a key".into();
        return Err(JobError::Refused(Undone::Store(StoreError::Unavailable(cause))));
    };
    let head = Db::new(conn).one(audit::HEAD, [], audit::read_head).map_err(undone::store)?;
    let begins = head.map_or(0, |head| head.anchor.sequence);
    let pruned = commit.changes.iter().find_map(|change| {
        if let Change::PruneAudit(last) = change {
            Some(*last).filter(|last| last.sequence > begins)
        } else {
            None
        }
    });
    let (entries, head) = key.follow(head, audit::newest(conn)?, pruned, &commit.audit);
    for entry in &entries {
        audit::insert(conn, entry).map_err(undone::by_constraint)?;
    }
    audit::put_head(conn, &head)?;
    if let Some(last) = pruned {
        audit::prune(conn, last)?;
    }
    Ok(())
}
