//! Connections: how they are opened, and the settings that the rest relies on.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::OpenError;
use super::functions;
use super::location::Location;
use super::migrate::{self, Migration};
use super::options::{Options, Synchronous};

/// Statements kept prepared on each connection: all the hot ones, and room for the rare.
const STATEMENTS: usize = 256;
/// Page cache of the writer, in KiB.
const WRITER_CACHE: i64 = 16 * 1024;
/// Page cache of a connection for short reads, in KiB: what is read again and again, and the upper levels of all trees.
const SHORT_READS_CACHE: i64 = 10 * 1024;
/// Page cache of a connection for long reads, in KiB: what one search goes through, which it may do more than once.
const LONG_READS_CACHE: i64 = 20 * 1024;
/// What is left of the write-ahead log after a checkpoint, in bytes, however large a burst made it.
const LOG_KEPT: i64 = 64 * 1024 * 1024;
/// The longest value and the longest row, in bytes.
const LONGEST_VALUE: i32 = 64 * 1024 * 1024;
/// The longest statement, in bytes.
const LONGEST_SQL: i32 = 1024 * 1024;
/// Between two tries to open a file that is busy.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// What a connection that reads is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// A few pages at a time, anywhere in the file.
    Short,
    /// Many pages.
    Long,
}

impl Reads {
    fn cache(self) -> i64 {
        match self {
            Self::Short => SHORT_READS_CACHE,
            Self::Long => LONG_READS_CACHE,
        }
    }
}

/// Opens the connection that writes, with the schema up to date.
///
/// A file that is not ours, newer than we are, or older and not to be migrated is refused before the first byte of it is changed.
///
/// # Errors
/// Any [`OpenError`].
pub(super) fn open_writer(
    location: &Location,
    migrations: &[Migration],
    options: &Options,
) -> Result<Connection, OpenError> {
    let started = Instant::now();
    loop {
        let opened = try_open_writer(location, migrations, options);
        // Where two processes turn on the log of a new file, or the last one leaves while the next one comes,
        // SQLite says "busy" at once instead of waiting its time.
        let busy = matches!(&opened, Err(OpenError::Sqlite(error)) if is_busy(error));
        if !busy || started.elapsed() >= options.busy_timeout {
            return opened;
        }
        thread::park_timeout(BUSY_PAUSE);
    }
}

/// Opens a connection that reads, on a file that a writer has opened before.
///
/// # Errors
/// [`OpenError::Sqlite`].
pub(super) fn open_reader(path: &Path, options: &Options, reads: Reads) -> Result<Connection, OpenError> {
    let conn = open(path, options)?;
    let configured =
        configure(&conn, reads.cache()).and_then(|()| conn.pragma_update(None, "query_only", true));
    configured.map_err(OpenError::Sqlite)?;
    Ok(conn)
}

/// Opens a connection that copies the whole of a store which others may be writing. It must exist.
///
/// # Errors
/// [`OpenError::Sqlite`].
pub(crate) fn open_to_copy(path: &Path, options: &Options) -> Result<Connection, OpenError> {
    let conn = open(path, options)?;
    configure(&conn, LONG_READS_CACHE).map_err(OpenError::Sqlite)?;
    Ok(conn)
}

/// Opens a file that nobody writes, such as a backup: nothing is locked, and nothing comes to lie beside it.
///
/// # Errors
/// [`OpenError::Sqlite`].
pub(crate) fn open_at_rest(path: &Path) -> Result<Connection, OpenError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let conn = Connection::open_with_flags(at_rest(path), flags).map_err(of_open)?;
    configure(&conn, LONG_READS_CACHE).map_err(of_open)?;
    Ok(conn)
}

/// The file as a URI, in which SQLite looks for options: what could be taken for one is written as `%3F`.
fn at_rest(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                uri.push(char::from(*byte));
            }
            // Writing to a text does not fail.
            other => drop(write!(uri, "%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

fn try_open_writer(
    location: &Location,
    migrations: &[Migration],
    options: &Options,
) -> Result<Connection, OpenError> {
    let mut conn = match location {
        Location::File(path) => open(path, options)?,
        Location::Memory => Connection::open_in_memory().map_err(OpenError::Sqlite)?,
    };
    migrate::refuse_unfit(&conn, migrations, options.mode)?;
    configure(&conn, WRITER_CACHE).map_err(OpenError::Sqlite)?;
    match location {
        Location::File(path) => {
            make_durable(&conn, options.synchronous)?;
            migrate::run(&mut conn, Some(path), migrations)?;
        }
        Location::Memory => migrate::run(&mut conn, None, migrations)?,
    }
    Ok(conn)
}

fn open(path: &Path, options: &Options) -> Result<Connection, OpenError> {
    // Each connection stays with one thread, so it needs no mutex of its own.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(of_open)?;
    conn.busy_timeout(options.busy_timeout).map_err(OpenError::Sqlite)?;
    Ok(conn)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// Tells a file that is no database from whatever else went wrong.
pub(super) fn of_open(error: rusqlite::Error) -> OpenError {
    if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
        OpenError::NotADatabase(error)
    } else {
        OpenError::Sqlite(error)
    }
}

fn configure(conn: &Connection, cache: i64) -> rusqlite::Result<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // A schema is data, and the file may have been in other hands: it may not run what it names, nor reach
    // below its tables, nor turn a misspelt column into a text.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    // A statement keeps the plan it was prepared with. Without this, binding another value to what a partial index or a
    // range was judged by has it prepared anew: each time, for some of the hot ones.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    functions::add(conn)?;
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
    conn.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, LONGEST_SQL)?;
    // One, as VACUUM INTO attaches its target.
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    // Negative: in KiB, not in pages.
    conn.pragma_update(None, "cache_size", -cache)?;
    // Nothing is mapped: sixteen pages would count as the process's own for each that is looked at, once for each connection.
    conn.pragma_update(None, "mmap_size", 0)
}

/// Turns on what makes an answered write survive the power, and reads it back: SQLite does not say when a
/// PRAGMA did not take.
fn make_durable(conn: &Connection, synchronous: Synchronous) -> Result<(), OpenError> {
    let asked = match synchronous {
        Synchronous::Full => 2,
        Synchronous::Normal => 1,
    };
    let journal: String = conn
        .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
        .map_err(OpenError::Sqlite)?;
    if journal != "wal" {
        return Err(OpenError::NotDurable { setting: "journal_mode", found: journal });
    }
    conn.pragma_update(None, "synchronous", asked).map_err(OpenError::Sqlite)?;
    let found: i64 =
        conn.pragma_query_value(None, "synchronous", |row| row.get(0)).map_err(OpenError::Sqlite)?;
    if found != asked {
        return Err(OpenError::NotDurable { setting: "synchronous", found: found.to_string() });
    }
    // Of effect on macOS only, where a plain fsync does not reach the disk.
    let rest = conn
        .pragma_update(None, "fullfsync", true)
        .and_then(|()| conn.pragma_update(None, "checkpoint_fullfsync", true))
        .and_then(|()| conn.pragma_update(None, "journal_size_limit", LOG_KEPT));
    rest.map_err(OpenError::Sqlite)
}

#[cfg(test)]
mod tests {
    use crm_app::open_mode::OpenMode;

    use super::*;

    #[test]
    fn a_store_that_cannot_keep_a_log_is_refused() {
        let conn = Connection::open_in_memory().unwrap();
        let refused = make_durable(&conn, Synchronous::Full);
        assert!(matches!(refused, Err(OpenError::NotDurable { setting: "journal_mode", .. })));
    }

    #[test]
    fn no_name_of_a_file_is_taken_for_options() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b?mode=rw&x=%41#ü.db");
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
            .unwrap()
            .execute_batch("CREATE TABLE t (a)")
            .unwrap();
        let conn = open_at_rest(&path).unwrap();
        assert!(conn.table_exists(None, "t").unwrap());
        assert!(conn.execute("INSERT INTO t VALUES (1)", []).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_reader_cannot_write_and_a_quoted_text_is_no_text() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::File(folder.path().join("crm.db")).prepare(OpenMode::Migrate).unwrap();
        let Location::File(path) = &location else { unreachable!() };
        let writer = open_writer(&location, &[], &Options::default()).unwrap();
        writer.execute_batch("CREATE TABLE t (a)").unwrap();
        let reader = open_reader(path, &Options::default(), Reads::Long).unwrap();
        assert!(reader.execute("INSERT INTO t VALUES (1)", []).is_err());
        assert!(writer.execute("INSERT INTO t VALUES (\"a\")", []).is_err());
    }
}
