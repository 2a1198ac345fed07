//! Lists: which questions answer one.
//!
//! There are three ways to a page, and none of them looks at every document or has MongoDB sort:
//!
//! - **Walk.** Follow the index whose order is the list's, from where the page begins, and stop when it is full. Where
//!   the index begins with a field of which several values are asked for, their walks are merged.
//! - **Gather.** Where some filter leaves at most [`Total::EXACT_UP_TO`] records, fetch the places of all of them by
//!   that filter's index and pick the page from those. This also counts them.
//! - **Walk and drop.** Where every filter leaves more, walk and leave out what the filters do not want: there is
//!   enough of it to fill the page soon. Where fewer are left and their number is known, this is tried for some steps
//!   before they are gathered.
//!
//! Totals come from the counters where only what is counted narrows the list, and else by counting up to
//! [`Total::EXACT_UP_TO`].

mod gather;
mod probe;
mod walk;

use bson::{Bson, Document, RawDocumentBuf};
use crm_app::error::StoreError;
use crm_app::paging::{Counted, Direction, PositionKey, Slice, Start, Total};

use self::probe::Best;
use crate::documents::{self, Stored, date};
use crate::reader::Reader;
use crate::search::Part;

/// A walk is tried where it may come by so many records for each that the page needs.
const WALK_FOR_EACH: u64 = 10;
/// Then it goes on for so many times as far as the page would take if what is found were spread evenly.
const WALK_TIMES: u64 = 3;

/// A list to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    /// Where the records are.
    pub(crate) collection: &'static str,
    /// The index in the list's order.
    pub(crate) walk: Walk,
    /// What the walk's arms leave to be asked of each record.
    pub(crate) residual: Vec<Document>,
    /// Everything that narrows the list.
    pub(crate) filters: Vec<Document>,
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
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    /// Its name.
    pub(crate) index: &'static str,
    /// The field that is sorted by; ties are broken by `_id`.
    pub(crate) key: &'static str,
    /// The values of the index's leading fields, one combination for each walk to be merged. With none there is no
    /// record. Each names one value for each field: only then is a merge in order.
    pub(crate) arms: Vec<Document>,
    /// The stretch of the sort key that is asked for.
    pub(crate) window: Option<Document>,
}

/// A way to the records that one filter leaves.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// The index.
    pub(crate) index: &'static str,
    /// What it is asked for.
    pub(crate) to: To,
    /// How many records there are, if that is known without asking.
    pub(crate) known: Option<u64>,
}

/// What an index is asked for.
#[derive(Clone, Debug)]
pub(crate) enum To {
    /// These combinations of values, each a stretch of the index.
    Values(Vec<Document>),
    /// The rarest of these parts of what is looked for, among the records of this scope.
    Rarest {
        /// The parts.
        parts: Vec<Part>,
        /// What the index begins with.
        scope: Document,
    },
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

/// A page as documents, in the list's order, and the total.
pub(crate) struct Found {
    slice: Slice<RawDocumentBuf>,
    total: Total,
}

/// Answers a list.
pub(crate) async fn find<T: Stored>(
    reader: &mut Reader,
    listing: &Listing,
) -> Result<Counted<T>, StoreError> {
    let found = search(reader, listing).await?;
    let items = found.slice.items.iter().map(|document| documents::read(document));
    let items = items.collect::<Result<Vec<T>, _>>()?;
    Ok(Counted { slice: Slice { items, more: found.slice.more }, total: found.total })
}

async fn search(reader: &mut Reader, listing: &Listing) -> Result<Found, StoreError> {
    if listing.walk.arms.is_empty() {
        let slice = Slice { items: Vec::new(), more: false };
        return Ok(Found { slice, total: Total::exact(0) });
    }
    if listing.residual.is_empty() {
        let slice = walk::page(reader, listing).await?;
        let total = match listing.total.known() {
            Some(total) => total,
            None => Total::bounded(walk::count(reader, listing).await?),
        };
        return Ok(Found { slice, total });
    }
    let Some(best) = probe::best(reader, listing).await? else {
        let slice = walk::page(reader, listing).await?;
        let total = match listing.total.known() {
            Some(total) => total,
            None => Total::bounded(walk::count(reader, listing).await?),
        };
        return Ok(Found { slice, total });
    };
    let known = gather::total(listing, &best);
    if best.count <= Total::EXACT_UP_TO {
        if let Some(total) = known
            && let Some(steps) = steps(listing, &best)
            && let Some(slice) = walk::briefly(reader, listing, steps).await?
        {
            return Ok(Found { slice, total });
        }
        return gather::page(reader, listing, &best).await;
    }
    let slice = walk::page(reader, listing).await?;
    let total = match known {
        Some(total) => total,
        None => Total::bounded(gather::count(reader, listing, &best).await?),
    };
    Ok(Found { slice, total })
}

/// How many records a walk may come by in place of gathering: as many as should be enough to fill the page, and few beside
/// those that were to be gathered. MongoDB loads all of them, however soon the page is full.
fn steps(listing: &Listing, best: &Best) -> Option<i64> {
    let most = best.count / 4;
    let needed: u64 = match listing.start {
        Start::Offset(skip) => skip.saturating_add(one_more(listing.limit).into()),
        Start::After(_) => one_more(listing.limit).into(),
    };
    if needed.saturating_mul(WALK_FOR_EACH) > most {
        return None;
    }
    let all = listing.ways.iter().find(|way| way.index == listing.walk.index).and_then(|way| way.known);
    let likely = all.map(|all| needed.saturating_mul(all) / best.count.max(1));
    i64::try_from(likely.map_or(most, |likely| most.min(likely.saturating_mul(WALK_TIMES)))).ok()
}

impl Counting {
    /// The total, if nothing has to be counted for it.
    fn known(self) -> Option<Total> {
        match self {
            Self::Known(total) => Some(Total::exact(total)),
            Self::Count => None,
            Self::Spare => Some(Total::exact(0)),
        }
    }
}

/// All of these at once.
pub(crate) fn all(conditions: impl IntoIterator<Item = Document>) -> Document {
    let mut conditions: Vec<Document> =
        conditions.into_iter().filter(|condition| !condition.is_empty()).collect();
    match conditions.len() {
        0 | 1 => conditions.pop().unwrap_or_default(),
        _ => bson::doc! { "$and": conditions },
    }
}

/// Any of these, of which there is at least one.
fn any(mut alternatives: Vec<Document>) -> Document {
    match alternatives.len() {
        0 | 1 => alternatives.pop().unwrap_or_default(),
        _ => bson::doc! { "$or": alternatives },
    }
}

/// A sort key as documents hold it.
fn value_of(key: &PositionKey) -> Bson {
    match key {
        PositionKey::Time(at) => Bson::from(date(*at)),
        PositionKey::Text(text) => Bson::from(text.as_str()),
        PositionKey::Rank(rank) => Bson::from(i32::from(*rank)),
    }
}

/// At most so many of these, and whether there were more.
fn cut<T>(mut items: Vec<T>, limit: u32) -> Slice<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    Slice { items, more }
}

/// One more than fits on the page.
fn one_more(limit: u32) -> u32 {
    limit.saturating_add(1)
}
