//! What must still hold when a commit is applied. The writer is the only one that writes, so that what holds here
//! holds until the commit.

use crm_app::commit::expect::Expect;
use crm_domain::activity::EntityKind;
use crm_domain::timestamp::Timestamp;
use rusqlite::Connection;

use crate::rows::{codes, int, key, version};

/// Whether it holds.
pub(super) fn holds(conn: &Connection, expect: &Expect) -> rusqlite::Result<bool> {
    match expect {
        Expect::Unchanged(entity, read) => conn
            .prepare_cached(match entity.kind() {
                EntityKind::Lead => "SELECT 1 FROM lead WHERE id = ?1 AND version = ?2",
                EntityKind::Customer => "SELECT 1 FROM customer WHERE id = ?1 AND version = ?2",
                EntityKind::Task => "SELECT 1 FROM task WHERE id = ?1 AND version = ?2",
                EntityKind::User => "SELECT 1 FROM user WHERE id = ?1 AND version = ?2",
            })?
            .exists((entity.uuid().into_bytes(), version(*read))),
        Expect::UserActive(user) => {
            conn.prepare_cached("SELECT 1 FROM user WHERE id = ?1 AND active = 1")?.exists([key(*user)])
        }
        Expect::ActorStands { user, role, access_version } => conn
            .prepare_cached(
                "SELECT 1 FROM user WHERE id = ?1 AND active = 1 AND role = ?2 AND access_version = ?3",
            )?
            .exists((key(*user), codes::role(*role), access_version)),
        Expect::OpenTasks { customer, count } => {
            let open: i64 = conn
                .prepare_cached(
                    "SELECT count(*) FROM task INDEXED BY task_by_related \
                     WHERE related_id = ?1 AND status IN (0, 1) AND related_kind = 1",
                )?
                .query_row([key(*customer)], |row| row.get(0))?;
            Ok(open == int(*count))
        }
        Expect::TransferAt(read) => {
            let mut statement = conn.prepare_cached(
                "SELECT 1 FROM transfer WHERE from_user = ?1 AND to_user = ?2 AND begun_at = ?3 AND leads = ?4 \
                     AND customers = ?5 AND tasks = ?6 AND finished_at IS ?7",
            )?;
            statement.exists((
                key(read.from),
                key(read.to),
                read.begun_at.millis(),
                int(read.moved.leads),
                int(read.moved.customers),
                int(read.moved.tasks),
                read.finished_at.map(Timestamp::millis),
            ))
        }
    }
}
