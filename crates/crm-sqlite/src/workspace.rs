//! What holds for the whole store.

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::ports::workspace::{Workspace, Workspaces};
use crm_app::setup::token::SetupFingerprint;
use crm_domain::calendar::Calendar;
use rusqlite::{Connection, Row};

use crate::db::{Db, Outcome};
use crate::engine::error::JobError;
use crate::store::SqliteStore;

#[async_trait]
impl Workspaces for SqliteStore {
    async fn workspace(&self) -> Result<Workspace, StoreError> {
        self.read(read).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.probe(|db| Ok(db.prepare("SELECT one FROM workspace")?.query_row([], |_| Ok(()))?)).await
    }
}

/// The workspace.
pub(crate) fn read(db: &Db<'_>) -> Outcome<Workspace> {
    let mut statement = db.prepare("SELECT zone, set_up, setup_token FROM workspace WHERE one = 1")?;
    let mut rows = statement.query([])?;
    let row = rows.next()?.ok_or_else(|| corrupt("there is none"))?;
    let setup_token = row.get::<_, Option<[u8; 32]>>(2)?.map(SetupFingerprint);
    Ok(Workspace { calendar: zone(row)?, set_up: row.get(1)?, setup_token })
}

/// The workspace's calendar.
pub(crate) fn calendar(db: &Db<'_>) -> Outcome<Calendar> {
    read(db).map(|workspace| workspace.calendar)
}

/// Whether nothing was ever written to the store: every program sets the version of its search keys before it writes.
pub(crate) fn is_new(conn: &Connection) -> rusqlite::Result<bool> {
    conn.query_row("SELECT fold_version = 0 FROM workspace", [], |row| row.get(0))
}

/// Puts another calendar in its place.
pub(crate) fn set_calendar(conn: &Connection, calendar: Calendar) -> rusqlite::Result<usize> {
    conn.execute("UPDATE workspace SET zone = ?1", [calendar.zone_name()])
}

/// Puts another workspace in its place.
pub(crate) fn put(conn: &Connection, workspace: Workspace) -> rusqlite::Result<usize> {
    conn.execute(
        "UPDATE workspace SET zone = ?1, set_up = ?2, setup_token = NULL",
        (workspace.calendar.zone_name(), workspace.set_up),
    )
}

/// Marks that the store has had its first admin; false if it was marked before.
pub(crate) fn mark_set_up(conn: &Connection) -> rusqlite::Result<bool> {
    let marked = conn
        .prepare_cached("UPDATE workspace SET set_up = 1, setup_token = NULL WHERE set_up = 0")?
        .execute([])?;
    Ok(marked > 0)
}

/// Keeps what proves that somebody may set up the first admin, as long as there was none.
pub(crate) fn offer_set_up(conn: &Connection, token: SetupFingerprint) -> rusqlite::Result<usize> {
    conn.prepare_cached("UPDATE workspace SET setup_token = ?1 WHERE set_up = 0")?.execute([token.0])
}

fn zone(row: &Row<'_>) -> Outcome<Calendar> {
    let zone = row.get_ref(0)?.as_str().map_err(corrupt)?;
    Calendar::parse(zone).map_err(corrupt)
}

fn corrupt(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> JobError<StoreError> {
    JobError::Refused(StoreError::Corrupt { what: "workspace", id: "1".to_owned(), cause: cause.into() })
}
