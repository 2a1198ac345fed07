//! Gathering the few records that a filter leaves, and picking the page from them.

use std::cmp::Ordering;
use std::collections::HashMap;

use bson::raw::RawBsonRef;
use bson::{Document, RawDocument, RawDocumentBuf, doc};
use crm_app::error::StoreError;
use crm_app::paging::{Direction, PositionKey, Start, Total};
use uuid::Uuid;

use super::probe::Best;
use super::{Counting, Found, Listing, all, cut};
use crate::documents::{name_of, record_only, uuid};
use crate::error::corrupt;
use crate::reader::{Find, Reader};

/// A sort key. Numbers sort before texts, texts by their bytes: as MongoDB sorts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    key: Key,
    id: Uuid,
}

/// The page and the total, from all the records that the way leads to.
pub(super) async fn page(reader: &mut Reader, listing: &Listing, way: &Best) -> Result<Found, StoreError> {
    let mut places = fetch(reader, listing, way).await?;
    let total = match listing.total {
        Counting::Known(total) => Total::exact(total),
        Counting::Count | Counting::Spare => Total::exact(u64::try_from(places.len()).unwrap_or(u64::MAX)),
    };
    if let Start::After(position) = &listing.start {
        let start = Place { key: Key::of(&position.key), id: position.id };
        places.retain(|place| ordering(listing.direction, place, &start) == Ordering::Greater);
    }
    places.sort_unstable_by(|a, b| ordering(listing.direction, a, b));
    let skipped = match listing.start {
        Start::Offset(skipped) => usize::try_from(skipped).unwrap_or(usize::MAX),
        Start::After(_) => 0,
    };
    let most = usize::try_from(listing.limit).unwrap_or(usize::MAX).saturating_add(1);
    let ids: Vec<Uuid> = places.into_iter().skip(skipped).take(most).map(|place| place.id).collect();
    let slice = cut(documents(reader, listing, ids).await?, listing.limit);
    Ok(Found { slice, total })
}

/// The total, if nothing has to be looked at for it.
pub(super) fn total(listing: &Listing, way: &Best) -> Option<Total> {
    let is_counted = left_open(listing, way).next().is_none();
    listing.total.known().or_else(|| is_counted.then(|| Total::bounded(way.count)))
}

/// How many of the records that the way leads to are meant, up to one more than are counted exactly.
pub(super) async fn count(reader: &mut Reader, listing: &Listing, way: &Best) -> Result<u64, StoreError> {
    let filter = filter(listing, way);
    reader.count(listing.collection, filter, Some(way.index), Total::EXACT_UP_TO + 1).await
}

async fn fetch(reader: &mut Reader, listing: &Listing, way: &Best) -> Result<Vec<Place>, StoreError> {
    let key = listing.walk.key;
    let find = Find::all(filter(listing, way)).by(way.index).fields(doc! { key: 1 });
    let mut places = Vec::new();
    let collection = listing.collection;
    reader
        .each(collection, find, |document| {
            places.push(place(&document, key).ok_or_else(|| {
                corrupt("record", name_of(&document), format!("its {key} is nothing to sort by"))
            })?);
            Ok(())
        })
        .await?;
    Ok(places)
}

/// The documents with these ids, in this order.
async fn documents(
    reader: &mut Reader,
    listing: &Listing,
    ids: Vec<Uuid>,
) -> Result<Vec<RawDocumentBuf>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<bson::Uuid> = ids.iter().map(|id| uuid(*id)).collect();
    let find = Find::all(doc! { "_id": { "$in": keys } }).by("_id_").fields(record_only());
    let found = reader.all(listing.collection, find).await?;
    let mut by_id: HashMap<Uuid, RawDocumentBuf> =
        found.into_iter().filter_map(|document| Some((id(&document)?, document))).collect();
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

fn filter(listing: &Listing, way: &Best) -> Document {
    all(std::iter::once(way.values.clone()).chain(left_open(listing, way).cloned()))
}

/// What the way does not say already of the records to which it leads.
fn left_open<'a>(listing: &'a Listing, way: &'a Best) -> impl Iterator<Item = &'a Document> {
    listing.filters.iter().filter(|filter| !way.says(filter))
}

fn place(document: &RawDocument, key: &str) -> Option<Place> {
    let mut at = document;
    let mut path = key.split('.').peekable();
    while let Some(field) = path.next() {
        let value = at.get(field).ok()??;
        match (path.peek(), value) {
            (Some(_), RawBsonRef::Document(inner)) => at = inner,
            (None, RawBsonRef::DateTime(date)) => return number(document, date.timestamp_millis()),
            (None, RawBsonRef::Int32(rank)) => return number(document, i64::from(rank)),
            (None, RawBsonRef::String(text)) => {
                return Some(Place { key: Key::Text(text.to_owned()), id: id(document)? });
            }
            _ => return None,
        }
    }
    None
}

fn number(document: &RawDocument, number: i64) -> Option<Place> {
    Some(Place { key: Key::Number(number), id: id(document)? })
}

fn id(document: &RawDocument) -> Option<Uuid> {
    let id = document.get("_id").ok()??;
    let RawBsonRef::Binary(binary) = id else { return None };
    Uuid::from_slice(binary.bytes).ok()
}

fn ordering(direction: Direction, a: &Place, b: &Place) -> Ordering {
    match direction {
        Direction::Ascending => a.cmp(b),
        Direction::Descending => b.cmp(a),
    }
}

impl Key {
    fn of(key: &PositionKey) -> Self {
        match key {
            PositionKey::Time(at) => Self::Number(at.millis()),
            PositionKey::Text(text) => Self::Text(text.clone()),
            PositionKey::Rank(rank) => Self::Number(i64::from(*rank)),
        }
    }
}
