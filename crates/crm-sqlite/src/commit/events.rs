//! Writing down what happened.

use crm_app::commit::Commit;
use rusqlite::Connection;

use super::undone::{self, Written};
use crate::rows::activity;

/// Writes a commit's events, with its id.
pub(super) fn write(conn: &Connection, commit: &Commit) -> Written<()> {
    for (ordinal, event) in commit.events.iter().enumerate() {
        activity::insert(conn, event, commit.id, ordinal).map_err(undone::by_constraint)?;
    }
    Ok(())
}
