//! The indexes of a store that everything is taken into. Kept up entry by entry, they cost several times what the records
//! do, the more the larger they grow; so they are dropped before and made from sorted keys after. In between the store is
//! marked as unfinished, and nobody else uses it.

use rusqlite::Connection;

use crate::schema::MIGRATIONS;

/// Those of records that come in large numbers, but for the one that notes are checked by against their customers.
const DROPPED: &str = "SELECT tbl_name, name, sql FROM sqlite_schema \
     WHERE type = 'index' AND sql IS NOT NULL AND name <> 'customer_by_id' \
       AND tbl_name IN ('lead', 'customer', 'note', 'task', 'activity') ORDER BY tbl_name, name";

/// Grams that the search index gathers in memory before it writes them, in bytes, while everything is taken in …
const MANY_GRAMS: u32 = 16 << 20;
/// … and else, which is what SQLite sets.
const FEW_GRAMS: u32 = 1 << 20;

/// An index that is made after.
#[derive(Debug, Clone)]
pub(super) struct Index {
    table: String,
    name: String,
    sql: String,
}

impl Index {
    /// Those of a new store: one that is marked may be without them.
    fn all() -> rusqlite::Result<Vec<Self>> {
        let conn = Connection::open_in_memory()?;
        MIGRATIONS.iter().try_for_each(|migration| conn.execute_batch(migration.sql))?;
        let mut statement = conn.prepare(DROPPED)?;
        let found = statement
            .query_map([], |row| Ok(Self { table: row.get(0)?, name: row.get(1)?, sql: row.get(2)? }))?;
        found.collect()
    }

    /// The same, table by table.
    pub(super) fn by_table() -> rusqlite::Result<Vec<Vec<Self>>> {
        let all = Self::all()?;
        Ok(all.chunk_by(|one, other| one.table == other.table).map(<[Self]>::to_vec).collect())
    }

    /// Makes it, if it is not there.
    ///
    /// # Errors
    /// A constraint, if it is to be unique and the records are not.
    pub(super) fn make(&self, conn: &Connection) -> rusqlite::Result<()> {
        let known = "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1";
        if conn.prepare(known)?.exists([&self.name])? { Ok(()) } else { conn.execute_batch(&self.sql) }
    }
}

/// Drops them, and lets the search index take much at once.
pub(super) fn drop_all(conn: &Connection) -> rusqlite::Result<()> {
    for index in Index::all()? {
        conn.execute_batch(&format!("DROP INDEX IF EXISTS {}", index.name))?;
    }
    gather(conn, MANY_GRAMS)
}

/// Makes all that are missing, as after an import that came to nothing.
pub(crate) fn make_all(conn: &Connection) -> rusqlite::Result<()> {
    Index::all()?.iter().try_for_each(|index| index.make(conn))?;
    usual(conn)
}

/// Lets the search index take as much at once as it usually does.
pub(super) fn usual(conn: &Connection) -> rusqlite::Result<()> {
    gather(conn, FEW_GRAMS)
}

fn gather(conn: &Connection, bytes: u32) -> rusqlite::Result<()> {
    for table in ["lead_search", "customer_search", "task_search"] {
        conn.execute(&format!("INSERT INTO {table} ({table}, rank) VALUES ('hashsize', ?1)"), [bytes])?;
    }
    Ok(())
}
