//! Answers kept for requests that may be repeated.

use crm_app::commit::replay::{Replay, ReplayKey};
use rusqlite::Row;

use super::fields;
use crate::db::Outcome;

/// Every answer, in the order of their keys.
pub(crate) const ARCHIVED: &str = "SELECT user, target, key, body_hash, status, body, etag, location, expires_at \
     FROM replay ORDER BY user, target, key";

/// The answer that is kept under a key, if it lasts longer than that.
pub(crate) const KEPT: &str = "SELECT user, target, key, body_hash, status, body, etag, location, expires_at \
     FROM replay WHERE user = ?1 AND target = ?2 AND key = ?3 AND expires_at > ?4";

/// Forgets some of those that last no longer than that.
pub(crate) const FORGET: &str = "DELETE FROM replay WHERE rowid IN \
     (SELECT rowid FROM replay WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";

/// Reads a row of [`ARCHIVED`] or [`KEPT`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<Replay> {
    fields::read(row, "kept answer", |fields| {
        Ok(Replay {
            key: ReplayKey { user: fields.id()?, target: fields.get()?, key: fields.get()? },
            body_hash: fields.get()?,
            status: fields.get()?,
            body: fields.get()?,
            etag: fields.get()?,
            location: fields.get()?,
            expires_at: fields.time()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::schema::MIGRATIONS;

    /// How SQLite goes about a statement.
    fn plan(sql: &str) -> Vec<String> {
        let conn = Connection::open_in_memory().unwrap();
        for migration in MIGRATIONS {
            conn.execute_batch(migration.sql).unwrap();
        }
        let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        statement.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn an_answer_is_found_by_its_key() {
        assert_eq!(
            plan(KEPT),
            ["SEARCH replay USING INDEX sqlite_autoindex_replay_1 (user=? AND target=? AND key=?)"]
        );
    }

    #[test]
    fn what_has_run_out_is_found_without_what_has_not() {
        let plan = plan(FORGET);
        assert!(
            plan.iter().all(|step| !step.starts_with("SCAN") && !step.contains("TEMP B-TREE")),
            "{plan:?}"
        );
        assert!(plan.iter().any(|step| step.contains("replay_by_end (expires_at<?)")), "{plan:?}");
    }
}
