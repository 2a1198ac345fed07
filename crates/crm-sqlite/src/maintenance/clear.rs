//! Deleting everything but the calendar and the audit log.

use rusqlite::Connection;

/// Deletes it, in the transaction that runs.
pub(crate) fn everything(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(
        "DELETE FROM activity_audience;
         DELETE FROM activity;
         DELETE FROM note;
         DELETE FROM lead_tag;
         DELETE FROM lead;
         DELETE FROM customer_tag;
         DELETE FROM customer;
         DELETE FROM customer_cleanup;
         DELETE FROM task;
         DELETE FROM session;
         DELETE FROM user;
         DELETE FROM tally;
         DELETE FROM transfer;
         DELETE FROM replay;
         DELETE FROM arrival;
         DELETE FROM throttle;
         DELETE FROM lead_unindexed;
         DELETE FROM customer_unindexed;
         DELETE FROM task_unindexed;
         INSERT INTO lead_search (lead_search) VALUES ('delete-all');
         INSERT INTO customer_search (customer_search) VALUES ('delete-all');
         INSERT INTO task_search (task_search) VALUES ('delete-all');
         UPDATE workspace SET set_up = 0, setup_token = NULL;",
    )
}
