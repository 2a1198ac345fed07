//! Lists: which statements answer one.
//!
//! There are three ways to a page, and none of them scans a table or has SQLite sort:
//!
//! - **Walk.** Follow the index whose order is the list's, from where the page begins, and stop when it is full. Where
//!   the index begins with a column of which several values are asked for, their walks are merged.
//! - **Gather.** Where some filter leaves at most [`Total::EXACT_UP_TO`] records, fetch the keys of all of them from
//!   that filter's index and pick the page from those. This also counts them.
//! - **Walk and drop.** Where every filter leaves more, walk and leave out what the filters do not want: there is
//!   enough of it to fill the page soon.
//!
//! Totals come from the counters where only what is counted narrows the list, and else by counting up to
//! [`Total::EXACT_UP_TO`].

pub(crate) mod condition;
mod gather;
pub(crate) mod probe;
mod walk;

use crm_app::paging::{Direction, Slice, Start, Total};

use self::condition::{Condition, Window};
use self::probe::Choice;
use crate::db::{Db, Outcome};

/// A list to be answered.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The index in the list's order.
    pub(crate) walk: Walk,
    /// What the walk's arms leave to be asked of each record.
    pub(crate) residual: Vec<Condition>,
    /// The columns by which gathered records are sorted.
    pub(crate) columns: Columns,
    /// Ways to few records, if the walk leaves anything to ask.
    pub(crate) ways: Vec<Way>,
    /// How many there are in all.
    pub(crate) total: Counting,
    /// Which way the list runs.
    pub(crate) direction: Direction,
    /// Where the page begins.
    pub(crate) start: Start,
    /// How many records it holds at most.
    pub(crate) limit: u32,
}

/// An index whose order is a list's.
#[derive(Debug, Clone)]
pub(crate) struct Walk {
    /// The table with its index, as it stands behind FROM.
    pub(crate) from: &'static str,
    /// Its columns.
    pub(crate) columns: Columns,
    /// The values of the index's leading columns, one combination for each walk to be merged. With none there is
    /// no record.
    pub(crate) arms: Vec<Vec<Condition>>,
    /// The stretch of the sort key that is asked for.
    pub(crate) window: Option<Window>,
}

/// The sort key, the id and the row number, with their table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    /// What is sorted by.
    pub(crate) key: &'static str,
    /// What breaks ties.
    pub(crate) id: &'static str,
    /// The row number in the table that holds the records.
    pub(crate) n: &'static str,
}

/// A way to the records that one filter leaves.
#[derive(Debug)]
pub(crate) struct Way {
    /// What to ask how many there are, as it stands behind FROM.
    pub(crate) probe: &'static str,
    /// The same, joined with the table that holds the records.
    pub(crate) from: &'static str,
    /// The values it is asked for; one combination for each stretch of the index.
    pub(crate) arms: Vec<Vec<Condition>>,
    /// What is left to be asked of each of them.
    pub(crate) rest: Vec<Condition>,
    /// How many records there are, if that is known without asking.
    pub(crate) known: Option<u64>,
}

/// Where a list's total comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    /// It is known.
    Known(u64),
    /// It must be counted.
    Count,
    /// Nobody wants to know.
    Spare,
}

/// A page as row numbers, in the list's order, and the total.
#[derive(Debug)]
pub(crate) struct Found {
    /// The rows of the page.
    pub(crate) rows: Slice<i64>,
    /// How many there are in all.
    pub(crate) total: Total,
}

impl Way {
    /// A way of which it is not known how far it goes.
    pub(crate) fn new(table: &'static str, arms: Vec<Vec<Condition>>, rest: Vec<Condition>) -> Self {
        Self { probe: table, from: table, arms, rest, known: None }
    }
}

/// The conditions but for the one with this text.
pub(crate) fn without(conditions: &[Condition], sql: &str) -> Vec<Condition> {
    conditions.iter().filter(|condition| condition.sql != sql).cloned().collect()
}

impl Found {
    /// A page with nothing on it.
    pub(crate) fn nothing() -> Self {
        Self { rows: Slice { items: Vec::new(), more: false }, total: Total::exact(0) }
    }
}

/// Answers a list.
pub(crate) fn find(db: &Db<'_>, listing: &Listing) -> Outcome<Found> {
    if listing.walk.arms.is_empty() {
        return Ok(Found::nothing());
    }
    if listing.residual.is_empty() {
        let rows = walk::page(db, listing)?;
        let counted = listing.total.or_count(|| walk::count(db, &listing.walk, &[]))?;
        return Ok(Found { rows, total: counted });
    }
    match probe::choose(db, &listing.ways)? {
        Choice::Gather(way) => gather::page(db, listing, way),
        Choice::Walk(Some(way)) => {
            let rows = walk::page(db, listing)?;
            let counted = listing.total.or_count(|| gather::count(db, way))?;
            Ok(Found { rows, total: counted })
        }
        Choice::Walk(None) => {
            let rows = walk::page(db, listing)?;
            let counted = listing.total.or_count(|| walk::count(db, &listing.walk, &listing.residual))?;
            Ok(Found { rows, total: counted })
        }
    }
}

impl Counting {
    fn or_count(self, count: impl FnOnce() -> Outcome<u64>) -> Outcome<Total> {
        match self {
            Self::Known(total) => Ok(Total::exact(total)),
            Self::Count => count().map(Total::bounded),
            Self::Spare => Ok(Total::exact(0)),
        }
    }
}

/// Reads the records of a page.
pub(crate) fn records<T>(
    db: &Db<'_>,
    rows: Slice<i64>,
    by_row: &str,
    read: fn(&rusqlite::Row<'_>) -> Outcome<T>,
) -> Outcome<Slice<T>> {
    let mut statement = db.prepare(by_row)?;
    let mut items = Vec::with_capacity(rows.items.len());
    for n in rows.items {
        let mut found = statement.query([n])?;
        if let Some(row) = found.next()? {
            items.push(read(row)?);
        }
    }
    Ok(Slice { items, more: rows.more })
}
