//! The schema's history: numbered migrations, each in one transaction.
//!
//! The file says how far it is (`PRAGMA user_version`) and whose it is (`PRAGMA application_id`). Two processes
//! may open one store at once: each takes the write lock first and asks how far the file is only then.

mod copy;

use std::path::Path;

use crm_app::open_mode::OpenMode;
use rusqlite::{Connection, ffi};

use super::connection::of_open;
use super::error::OpenError;

/// "CRM1" in ASCII: what `file` and we know our stores by. Never to be changed.
pub const APPLICATION_ID: i32 = 0x4352_4d31;

/// One step of the schema's history. Never to be changed once it was released.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its place, from 1 without gaps.
    pub number: u32,
    /// What it does, in a few words, for the log.
    pub name: &'static str,
    /// The statements, without BEGIN and COMMIT. Foreign keys are checked once, at the end.
    pub sql: &'static str,
}

/// Reads how far a store is: the number of its last migration, 0 for an empty file. Changes nothing.
///
/// # Errors
/// When the file is no database, of another program, or newer than `migrations`.
pub(crate) fn inspect(conn: &Connection, migrations: &[Migration]) -> Result<u32, OpenError> {
    // One snapshot for all the questions: another process may be making the store this very moment.
    let snapshot = conn.unchecked_transaction().map_err(OpenError::Sqlite)?;
    version(&snapshot, migrations)
}

/// Refuses a store that is not to be opened in this mode. Changes nothing.
///
/// # Errors
/// As [`inspect`]; without [`OpenMode::Migrate`] also when the store is older than `migrations`.
pub(crate) fn refuse_unfit(
    conn: &Connection,
    migrations: &[Migration],
    mode: OpenMode,
) -> Result<(), OpenError> {
    let found = inspect(conn, migrations)?;
    let needed = newest(migrations);
    match mode {
        OpenMode::CreateIfEmpty if found == 0 => Ok(()),
        OpenMode::Existing if found == 0 && needed > 0 => Err(OpenError::NoStore),
        OpenMode::CreateIfEmpty | OpenMode::Existing if found < needed => {
            Err(OpenError::OlderSchema { found, needed })
        }
        OpenMode::Migrate | OpenMode::CreateIfEmpty | OpenMode::Existing => Ok(()),
    }
}

/// Brings a store up to date. An existing file (`path`) is copied before its first pending migration; an empty one gets
/// all of them in one transaction, so that no other process finds it half made.
///
/// # Errors
/// As [`inspect`], and when the copy or a migration fails; the store is then as the last migration left it.
pub(super) fn run(
    conn: &mut Connection,
    path: Option<&Path>,
    migrations: &[Migration],
) -> Result<(), OpenError> {
    debug_assert!((1..).zip(migrations).all(|(number, migration)| migration.number == number), "gaps");
    let found = inspect(conn, migrations)?;
    let Some(first) = migrations.iter().find(|migration| migration.number > found) else {
        return Ok(());
    };
    if let Some(path) = path.filter(|_| found > 0) {
        copy::before(conn, path, first.number)?;
    }
    // A migration may drop and rebuild a table that others refer to. Cannot be changed inside a transaction.
    conn.pragma_update(None, "foreign_keys", false).map_err(OpenError::Sqlite)?;
    if found == 0 {
        apply(conn, migrations, migrations)?;
    } else {
        for migration in migrations.iter().filter(|migration| migration.number > found) {
            apply(conn, std::slice::from_ref(migration), migrations)?;
            tracing::info!(
                number = migration.number,
                name = migration.name,
                "the store's schema was migrated"
            );
        }
    }
    conn.pragma_update(None, "foreign_keys", true).map_err(OpenError::Sqlite)
}

/// As [`inspect`], inside a transaction.
fn version(conn: &Connection, migrations: &[Migration]) -> Result<u32, OpenError> {
    let number = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0));
    let application_id = number("PRAGMA application_id").map_err(of_open)?;
    let version = number("PRAGMA user_version").map_err(of_open)?;
    let empty = number("SELECT count(*) FROM sqlite_schema").map_err(of_open)? == 0;
    let foreign = OpenError::Foreign { application_id: i32::try_from(application_id).unwrap_or_default() };
    if application_id == 0 && version == 0 && empty {
        return Ok(0);
    }
    if application_id != i64::from(APPLICATION_ID) {
        return Err(foreign);
    }
    let found = u32::try_from(version).map_err(|_| foreign)?;
    let known = newest(migrations);
    if found > known { Err(OpenError::NewerSchema { found, known }) } else { Ok(found) }
}

/// The number of the last migration.
fn newest(migrations: &[Migration]) -> u32 {
    migrations.last().map_or(0, |last| last.number)
}

/// Applies these migrations in one transaction, but for those that another process has applied in the meantime.
fn apply(conn: &mut Connection, these: &[Migration], all: &[Migration]) -> Result<(), OpenError> {
    let transaction = conn
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(OpenError::Sqlite)?;
    let found = version(&transaction, all)?;
    let mut last = found;
    for migration in these.iter().filter(|migration| migration.number > found) {
        last = migration.number;
        let failed = |source| OpenError::Migration { number: migration.number, source };
        transaction.execute_batch(migration.sql).map_err(failed)?;
        check_foreign_keys(&transaction).map_err(failed)?;
    }
    if last == found {
        return Ok(());
    }
    let failed = |source| OpenError::Migration { number: last, source };
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    transaction.pragma_update(None, "user_version", last).map_err(failed)?;
    transaction.commit().map_err(failed)
}

fn check_foreign_keys(conn: &Connection) -> rusqlite::Result<()> {
    if conn.prepare("PRAGMA foreign_key_check")?.exists([])? {
        let broken = ffi::Error::new(ffi::SQLITE_CONSTRAINT_FOREIGNKEY);
        return Err(rusqlite::Error::SqliteFailure(broken, None));
    }
    Ok(())
}
