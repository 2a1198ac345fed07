//! Lists: which statements answer one.
//!
//! There are four ways to a page, and none of them scans a table or has SQLite sort:
//!
//! - **Walk.** Follow the index whose order is the list's, from where the page begins, and stop when it is full. Where
//!   the index begins with a column of which several values are asked for, their walks are merged.
//! - **Gather.** Where some filter leaves at most [`Total::EXACT_UP_TO`] records, fetch the keys of all of them from
//!   that filter's index and pick the page from those. This also counts them.
//! - **Walk and drop.** Where every filter leaves more, walk and leave out what the filters do not want: there is
//!   enough of it to fill the page soon.
//! - **Walk among.** Where few are left and an index alone tells which, walk and leave out what is not among them, which
//!   reads no record. If the page is not full by when gathering would have cost as much, gather. Where the search index
//!   cannot tell, an index of an owner's texts can.
//!
//! Totals come from the counters where only what is counted narrows the list, and else by counting up to
//! [`Total::EXACT_UP_TO`].

pub(crate) mod condition;
mod gather;
pub(crate) mod probe;
mod walk;

use crm_app::paging::{Direction, Slice, Start, Total};

use self::condition::{Condition, Window};
use self::probe::{Choice, Probed};
use crate::db::{Db, Manner, Outcome};

/// So many steps on an index cost less than to fetch a record's keys.
const STEPS: u64 = 8;

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
    /// What it goes along. No record is in two of them.
    pub(crate) stretches: Vec<Stretch>,
    /// How many records there are, if that is known without asking.
    pub(crate) known: Option<u64>,
}

/// A stretch of an index.
#[derive(Debug)]
pub(crate) struct Stretch {
    /// What to ask how many there are, as it stands behind FROM, …
    pub(crate) probe: &'static str,
    /// … what can be asked there besides the values, …
    pub(crate) sieve: Vec<Condition>,
    /// … and, if nothing is left to be asked then, the row number of a record there.
    pub(crate) exact: Option<&'static str>,
    /// The same, joined with the table that holds the records.
    pub(crate) from: &'static str,
    /// The values it is asked for.
    pub(crate) arm: Vec<Condition>,
    /// What is left to be asked of each record.
    pub(crate) rest: Vec<Condition>,
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
    /// A way of which it is not known how far it goes: for each combination of values a stretch of this index.
    pub(crate) fn new(table: &'static str, arms: Vec<Vec<Condition>>, rest: &[Condition]) -> Self {
        let along = |arm| Stretch {
            probe: table,
            sieve: Vec::new(),
            exact: None,
            from: table,
            arm,
            rest: rest.to_vec(),
        };
        Self { stretches: arms.into_iter().map(along).collect(), known: None }
    }

    /// A way along one stretch of an index, whose records are in another table: `from` has both.
    pub(crate) fn joined(
        table: &'static str,
        from: &'static str,
        arm: Vec<Condition>,
        rest: &[Condition],
    ) -> Self {
        let stretch =
            Stretch { probe: table, sieve: Vec::new(), exact: None, from, arm, rest: rest.to_vec() };
        Self { stretches: vec![stretch], known: None }
    }

    /// A way along an index that holds all that is asked of a record: for each combination of values a stretch, of which
    /// `sieve` leaves what is wanted.
    pub(crate) fn covered(
        table: &'static str,
        n: &'static str,
        arms: Vec<Vec<Condition>>,
        sieve: &[Condition],
    ) -> Self {
        let mut way = Self::new(table, arms, sieve);
        for stretch in &mut way.stretches {
            stretch.sieve = sieve.to_vec();
            stretch.exact = Some(n);
        }
        way
    }

    /// Whether what is counted on it is what is wanted.
    fn is_exact(&self) -> bool {
        self.stretches.iter().all(|stretch| stretch.exact.is_some())
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
        Choice::Gather(probed) => few(db, listing, &probed),
        Choice::Walk(Some(probed)) => {
            let rows = walk::page(db, listing)?;
            let count =
                || if probed.rows.is_some() { Ok(probed.count) } else { gather::count(db, probed.way) };
            Ok(Found { rows, total: listing.total.or_count(count)? })
        }
        Choice::Walk(None) => {
            let rows = walk::page(db, listing)?;
            let counted = listing.total.or_count(|| walk::count(db, &listing.walk, &listing.residual))?;
            Ok(Found { rows, total: counted })
        }
    }
}

/// Answers a list from the records to which a way leads. If an index alone tells which they are, they are looked for on a walk
/// of the list's own index, as far as that costs less than to fetch the keys of all.
fn few(db: &Db<'_>, listing: &Listing, probed: &Probed<'_>) -> Outcome<Found> {
    let steps = match db.manner() {
        Manner::Best | Manner::Walk | Manner::Way(_) => probed.count.saturating_mul(STEPS),
        Manner::Briefly => probed.count.min(1),
    };
    if let Some(wanted) = &probed.rows
        && let Some(rows) = walk::among(db, listing, wanted, steps)?
    {
        return Ok(Found { rows, total: listing.total.or_count(|| Ok(probed.count))? });
    }
    gather::page(db, listing, probed.way)
}

impl Listing {
    /// How many records lie before the page.
    fn skipped(&self) -> u64 {
        match self.start {
            Start::Offset(skipped) => skipped,
            Start::After(_) => 0,
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
