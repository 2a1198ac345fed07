//! SQLite, in this process: a prepared statement on a connection of each client's own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use crate::Outcome;
use crate::closed_loop::{self, Ask};
use crate::place::Place;
use crate::rival::Rival;
use crate::sample::Sample;

const BY_ID: &str = "SELECT * FROM lead WHERE id = ?1";
/// Page cache of a connection, in KiB: as much as the store has for short reads.
const CACHE: i64 = 10 * 1024;

/// Looks up leads in a file, beside the server.
pub(super) struct SqliteDriver {
    file: PathBuf,
    leads: Arc<[Uuid]>,
}

impl SqliteDriver {
    /// That of the store at this place.
    pub(super) fn of(place: &Place, leads: &[Uuid]) -> Self {
        let file = place.url.trim_start_matches("sqlite://").into();
        Self { file, leads: leads.into() }
    }

    fn client(&self) -> Outcome<Ask> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&self.file, flags)?;
        // Negative: in KiB, not in pages.
        conn.pragma_update(None, "cache_size", -CACHE)?;
        conn.pragma_update(None, "query_only", true)?;
        let leads = Arc::clone(&self.leads);
        Ok(Box::new(move |number| {
            let id = leads.get(number % leads.len().max(1)).ok_or("there is no lead to look up")?;
            let mut statement = conn.prepare_cached(BY_ID)?;
            let columns = statement.column_count();
            let mut rows = statement.query([id.as_bytes().as_slice()])?;
            let row = rows.next()?.ok_or("the lead is not there")?;
            for column in 0..columns {
                std::hint::black_box(row.get_ref(column)?);
            }
            Ok(())
        }))
    }
}

impl Rival for SqliteDriver {
    fn run(&self, clients: u16, time: Duration) -> Outcome<Sample> {
        let clients: Outcome<Vec<Ask>> = (0..clients).map(|_| self.client()).collect();
        Ok(closed_loop::run(clients?, time))
    }
}
