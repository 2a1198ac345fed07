//! The search index of one kind of record, and the records that wait to be put into it.
//!
//! Whatever adds to an FTS5 table leaves a piece of index, which is merged with others later. One record by itself leaves
//! a piece of as many entries as it has grams; so records wait in a table of their row numbers, `…_unindexed`, and
//! [`TOGETHER`] of them are put into the index by the one that comes next. A record stands in one of the two. A search asks
//! the index, and looks at those that wait one by one.

use crm_domain::access::scope::OwnerRange;
use crm_domain::ids::{Id, UserId, UserKind};
use crm_domain::values::search_query::SearchQuery;
use rusqlite::{Connection, OptionalExtension as _};
use uuid::Uuid;

use super::{Expression, document, expression};
use crate::db::{Db, Manner, Outcome};
use crate::list::condition::Condition;
use crate::list::{Stretch, Way};

/// How many records wait before they are put into the index. In builds for tests, few: there are some in both then.
const TOGETHER: i64 = if cfg!(debug_assertions) { 5 } else { 128 };

/// Which of the records that have a word tells how far it reaches.
const NTH: i64 = 16;

/// Which of the records that the index finds tells how many there are to be expected. In builds for tests, an early one.
const SAMPLE: u64 = if cfg!(debug_assertions) { 8 } else { 256 };

/// So many texts are looked at in the time that it takes to find a record in the index and to look at it there.
const TEXTS_FOR_A_RECORD: u64 = 20;

/// So few texts that the index is not asked at all. In builds for tests, fewer: some owners have more.
const FEW_TEXTS: u64 = if cfg!(debug_assertions) { 8 } else { 1_000 };

/// The search index of one kind of record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SearchIndex {
    /// What is asked of the index …
    matches: &'static str,
    table: &'static str,
    row: &'static str,
    /// … with the table that holds the records, …
    joined: &'static str,
    /// … and of the records that wait.
    waiting: &'static str,
    waiting_row: &'static str,
    nth: &'static str,
    found: &'static str,
    last: &'static str,
    count: &'static str,
    wait: &'static str,
    wait_no_more: &'static str,
    texts: &'static str,
    all_are_in: &'static str,
    insert: &'static str,
    delete: &'static str,
}

/// The statements for a kind of record; the names of tables cannot be bound.
macro_rules! search_index {
    ($record:literal) => {
        SearchIndex {
            matches: concat!($record, "_search MATCH ?"),
            table: concat!($record, "_search"),
            row: concat!($record, "_search.rowid"),
            waiting_row: concat!($record, "_unindexed.n"),
            joined: concat!(
                $record,
                "_search CROSS JOIN ",
                $record,
                " ON ",
                $record,
                ".n = ",
                $record,
                "_search.rowid"
            ),
            waiting: concat!(
                $record,
                "_unindexed CROSS JOIN ",
                $record,
                " ON ",
                $record,
                ".n = ",
                $record,
                "_unindexed.n"
            ),
            nth: concat!(
                "SELECT rowid FROM ",
                $record,
                "_search WHERE ",
                $record,
                "_search MATCH ?1 LIMIT 1 OFFSET ?2"
            ),
            found: concat!("SELECT rowid FROM ", $record, "_search WHERE ", $record, "_search MATCH ?1"),
            last: concat!("SELECT max(n) FROM ", $record),
            count: concat!("SELECT count(*) FROM ", $record, "_unindexed"),
            wait: concat!("INSERT INTO ", $record, "_unindexed (n) VALUES (?1)"),
            wait_no_more: concat!("DELETE FROM ", $record, "_unindexed WHERE n = ?1"),
            texts: concat!(
                "SELECT n, search_key, owner FROM ",
                $record,
                "_unindexed CROSS JOIN ",
                $record,
                " USING (n)"
            ),
            all_are_in: concat!("DELETE FROM ", $record, "_unindexed"),
            insert: concat!("INSERT INTO ", $record, "_search (rowid, grams) VALUES (?1, ?2)"),
            delete: concat!("DELETE FROM ", $record, "_search WHERE rowid = ?1"),
        }
    };
}

/// The leads'.
pub(crate) const LEADS: SearchIndex = search_index!("lead");

/// The customers'.
pub(crate) const CUSTOMERS: SearchIndex = search_index!("customer");

/// The tasks'.
pub(crate) const TASKS: SearchIndex = search_index!("task");

impl SearchIndex {
    /// Lets a new record be found. It is in its table.
    pub(crate) fn add(self, conn: &Connection, n: i64) -> rusqlite::Result<()> {
        let waiting: i64 = conn.prepare_cached(self.count)?.query_row([], |row| row.get(0))?;
        if waiting >= TOGETHER {
            self.put_all_in(conn)?;
        }
        conn.prepare_cached(self.wait)?.execute([n]).map(drop)
    }

    /// Lets a record be found by what it has become.
    pub(crate) fn replace(self, conn: &Connection, n: i64) -> rusqlite::Result<()> {
        self.delete(conn, n)?;
        self.add(conn, n)
    }

    /// Lets a record be found no more.
    pub(crate) fn delete(self, conn: &Connection, n: i64) -> rusqlite::Result<()> {
        if conn.prepare_cached(self.wait_no_more)?.execute([n])? == 0 {
            conn.prepare_cached(self.delete)?.execute([n])?;
        }
        Ok(())
    }

    /// Puts a record into the index at once.
    pub(crate) fn insert(
        self,
        conn: &Connection,
        n: i64,
        search_key: &str,
        owner: Option<UserId>,
    ) -> rusqlite::Result<()> {
        conn.prepare_cached(self.insert)?.execute((n, document(search_key, owner))).map(drop)
    }

    /// Puts all records that wait into the index: one piece of it.
    fn put_all_in(self, conn: &Connection) -> rusqlite::Result<()> {
        let mut texts = conn.prepare_cached(self.texts)?;
        let mut rows = texts.query([])?;
        while let Some(row) = rows.next()? {
            let owner: Option<[u8; 16]> = row.get(2)?;
            let owner = owner.map(|id| Id::<UserKind>::from_uuid(Uuid::from_bytes(id)));
            // A text that is damaged is told when its record is read, and keeps no other out.
            let search_key = String::from_utf8_lossy(row.get_ref(1)?.as_bytes()?);
            self.insert(conn, row.get(0)?, &search_key, owner)?;
        }
        conn.prepare_cached(self.all_are_in)?.execute([]).map(drop)
    }

    /// The way to the records of these owners in which the terms may occur. `rest` is all that is asked of a record; if the
    /// index alone could tell but for what the terms ask, `sieve` is what it is asked for that. `texts` is the way along the
    /// texts of so many records, if there is one: it is the better one where the index alone cannot tell and finds many.
    pub(crate) fn way(
        self,
        db: &Db<'_>,
        query: &SearchQuery,
        range: OwnerRange,
        rest: &[Condition],
        sieve: Option<Vec<Condition>>,
        texts: Option<(Way, u64)>,
    ) -> Outcome<Way> {
        let Expression { text, is_exact } = expression(query.terms(), range, |word| self.reach(db, word))?;
        let sieve = sieve.filter(|_| is_exact);
        let known = match texts.filter(|_| sieve.is_none() && db.manner() != Manner::Briefly) {
            None => None,
            Some((way, ..=FEW_TEXTS)) => return Ok(way),
            Some((way, texts)) => match self.few(db, &text, texts / TEXTS_FOR_A_RECORD)? {
                None => return Ok(way),
                few => few,
            },
        };
        let indexed = Stretch {
            probe: self.table,
            from: self.joined,
            arm: vec![Condition::one(self.matches, text)],
            exact: sieve.is_some().then_some(self.row),
            sieve: sieve.unwrap_or_default(),
            rest: rest.to_vec(),
        };
        let waiting = Stretch {
            probe: self.waiting,
            from: self.waiting,
            arm: Vec::new(),
            exact: Some(self.waiting_row),
            sieve: rest.to_vec(),
            rest: rest.to_vec(),
        };
        Ok(Way { stretches: vec![indexed, waiting], known })
    }

    /// How far the first records with a word reach: the row number of the [`NTH`] of them, the largest there is if they are
    /// fewer.
    fn reach(self, db: &Db<'_>, word: &str) -> Outcome<i64> {
        let mut statement = db.prepare(self.nth)?;
        let found: Option<i64> = statement.query_row((word, NTH - 1), |row| row.get(0)).optional()?;
        Ok(found.unwrap_or(i64::MAX))
    }

    /// How many records the index finds, those that wait included, unless it finds more than so many, or is expected to: what
    /// comes first tells of the rest.
    fn few(self, db: &Db<'_>, text: &str, most: u64) -> Outcome<Option<u64>> {
        let last: Option<i64> = db.prepare(self.last)?.query_row([], |row| row.get(0))?;
        let last = u64::try_from(last.unwrap_or(0)).unwrap_or(0);
        let mut statement = db.prepare(self.found)?;
        let mut rows = statement.query([text])?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            found += 1;
            if found == SAMPLE {
                let reached: i64 = row.get(0)?;
                let reached = u64::try_from(reached).unwrap_or(0).max(1);
                if SAMPLE.saturating_mul(last) / reached > most {
                    return Ok(None);
                }
            }
            if found > most {
                return Ok(None);
            }
        }
        let waiting: i64 = db.prepare(self.count)?.query_row([], |row| row.get(0))?;
        Ok(Some(found + u64::try_from(waiting).unwrap_or(0)))
    }
}
