//! What the store can check of itself.

use crm_app::error::StoreError;
use rusqlite::{Connection, Row};

use crate::db::{Db, Outcome};
use crate::engine::error::JobError;
use crate::rows::{activity, audit, cleanup, customer, lead, note, session, task, transfer, user};

/// Questions whose every answer is a problem.
const QUESTIONS: &[&str] = &[
    "SELECT 'broken reference in ' || \"table\" || ', row ' || rowid FROM pragma_foreign_key_check",
    "SELECT 'lead ' || hex(id) || ' cannot be searched' FROM lead \
     WHERE n NOT IN (SELECT id FROM lead_search_docsize UNION ALL SELECT n FROM lead_unindexed)",
    "SELECT 'customer ' || hex(id) || ' cannot be searched' FROM customer \
     WHERE n NOT IN (SELECT id FROM customer_search_docsize UNION ALL SELECT n FROM customer_unindexed)",
    "SELECT 'task ' || hex(id) || ' cannot be searched' FROM task \
     WHERE n NOT IN (SELECT id FROM task_search_docsize UNION ALL SELECT n FROM task_unindexed)",
    "SELECT 'search holds lead ' || id || ', which is gone' \
     FROM (SELECT id FROM lead_search_docsize UNION ALL SELECT n FROM lead_unindexed) WHERE id NOT IN (SELECT n FROM lead)",
    "SELECT 'search finds lead ' || n || ' twice' FROM lead_unindexed WHERE n IN (SELECT id FROM lead_search_docsize)",
    "SELECT 'search holds customer ' || id || ', which is gone' \
     FROM (SELECT id FROM customer_search_docsize UNION ALL SELECT n FROM customer_unindexed) WHERE id NOT IN (SELECT n FROM customer)",
    "SELECT 'search finds customer ' || n || ' twice' FROM customer_unindexed WHERE n IN (SELECT id FROM customer_search_docsize)",
    "SELECT 'search holds task ' || id || ', which is gone' \
     FROM (SELECT id FROM task_search_docsize UNION ALL SELECT n FROM task_unindexed) WHERE id NOT IN (SELECT n FROM task)",
    "SELECT 'search finds task ' || n || ' twice' FROM task_unindexed WHERE n IN (SELECT id FROM task_search_docsize)",
    "SELECT 'customer ' || hex(customer.id) || ' counts ' || notes_count || ' notes and has ' || count(note.n) \
     FROM customer LEFT JOIN note ON note.customer = customer.id \
     GROUP BY customer.n HAVING notes_count <> count(note.n)",
    "SELECT 'note ' || hex(id) || ' is on a customer that is gone' FROM note \
     WHERE customer NOT IN (SELECT id FROM customer UNION ALL SELECT customer FROM customer_cleanup)",
    "SELECT 'event ' || hex(id) || ' has an audience of ' || length(audience) / 16 || ', and ' || seen || ' see it' \
     FROM activity JOIN (SELECT activity AS of, count(*) AS seen FROM activity_audience GROUP BY activity) ON of = n \
     WHERE length(audience) / 16 <> seen",
    "SELECT 'lead ' || hex(lead.id) || ' has version ' || version || ' and ' || count(activity.n) || ' events' \
     FROM lead LEFT JOIN activity ON entity_id = lead.id AND entity_kind = 0 \
     GROUP BY lead.n HAVING version <> count(activity.n) OR version <> max(entity_version)",
    "SELECT 'customer ' || hex(customer.id) || ' has version ' || version || ' and ' || count(activity.n) \
         || ' events' \
     FROM customer LEFT JOIN activity ON entity_id = customer.id AND entity_kind = 1 \
     GROUP BY customer.n HAVING version <> count(activity.n) OR version <> max(entity_version)",
    "SELECT 'task ' || hex(task.id) || ' has version ' || version || ' and ' || count(activity.n) || ' events' \
     FROM task LEFT JOIN activity ON entity_id = task.id AND entity_kind = 2 \
     GROUP BY task.n HAVING version <> count(activity.n) OR version <> max(entity_version)",
    "SELECT 'user ' || hex(user.id) || ' has version ' || version || ' and ' || count(activity.n) || ' events' \
     FROM user LEFT JOIN activity ON entity_id = user.id AND entity_kind = 3 \
     GROUP BY user.n HAVING version <> count(activity.n) OR version <> max(entity_version)",
];

/// Everything that is wrong, a line each.
pub(super) fn problems(db: &Db<'_>) -> Outcome<Vec<String>> {
    let conn = db.connection();
    let mut problems = strings(conn, "PRAGMA integrity_check")?;
    problems.retain(|line| line != "ok");
    // Nothing else can be asked of a damaged file.
    if !problems.is_empty() {
        return Ok(problems);
    }
    for question in QUESTIONS {
        problems.extend(strings(conn, question)?);
    }
    unreadable(conn, user::ALL, user::read, &mut problems)?;
    unreadable(conn, session::ALL, session::read, &mut problems)?;
    unreadable(conn, lead::ALL, lead::read, &mut problems)?;
    unreadable(conn, customer::ALL, customer::read, &mut problems)?;
    unreadable(conn, cleanup::ALL, cleanup::read, &mut problems)?;
    unreadable(conn, note::ALL, note::read, &mut problems)?;
    unreadable(conn, task::ALL, task::read, &mut problems)?;
    unreadable(conn, activity::ALL, activity::read, &mut problems)?;
    unreadable(conn, transfer::ALL, transfer::read, &mut problems)?;
    unreadable(conn, audit::ALL, audit::read, &mut problems)?;
    Ok(problems)
}

fn strings(conn: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    conn.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn unreadable<T>(
    conn: &Connection,
    all: &str,
    read: fn(&Row<'_>) -> Outcome<T>,
    problems: &mut Vec<String>,
) -> Outcome<()> {
    let mut statement = conn.prepare(all)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match read(row) {
            Ok(_) => {}
            Err(JobError::Refused(error)) => problems.push(told(&error)),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn told(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
