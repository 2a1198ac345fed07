//! Walking an index in the list's order.

use bson::{Document, RawDocumentBuf, doc};
use crm_app::error::StoreError;
use crm_app::paging::{Direction, Position, Slice, Start, Total};

use super::{Listing, Walk, all, any, cut, one_more, value_of};
use crate::documents::{record_only, uuid};
use crate::error::{Failure, unavailable};
use crate::reader::{Find, Reader};

/// The documents of the page, with what the walk's arms do not ask dropped on the way.
pub(super) async fn page(
    reader: &mut Reader,
    listing: &Listing,
) -> Result<Slice<RawDocumentBuf>, StoreError> {
    let (sign, skip) = order(listing);
    let find = Find { skip, ..Find::all(arms(listing, &listing.residual)) }
        .by(listing.walk.index)
        .sorted(doc! { listing.walk.key: sign, "_id": sign })
        .fields(record_only())
        .at_most(one_more(listing.limit));
    Ok(cut(reader.all(listing.collection, find).await?, listing.limit))
}

/// The same if the first so many records that the walk comes by are enough to fill the page.
pub(super) async fn briefly(
    reader: &mut Reader,
    listing: &Listing,
    steps: i64,
) -> Result<Option<Slice<RawDocumentBuf>>, StoreError> {
    let (sign, skip) = order(listing);
    let arms = arms(listing, &[]);
    let mut pipeline = vec![
        doc! { "$match": arms },
        doc! { "$sort": { listing.walk.key: sign, "_id": sign } },
        doc! { "$limit": steps },
        doc! { "$match": all(listing.residual.iter().cloned()) },
    ];
    pipeline.extend(i64::try_from(skip).ok().filter(|skip| *skip > 0).map(|skip| doc! { "$skip": skip }));
    pipeline.push(doc! { "$limit": i64::from(one_more(listing.limit)) });
    pipeline.push(doc! { "$project": record_only() });
    let found = reader.aggregate(listing.collection, pipeline, Some(listing.walk.index)).await?;
    if found.len() < usize::try_from(one_more(listing.limit)).unwrap_or(usize::MAX) {
        return Ok(None);
    }
    let found: Result<Vec<_>, _> = found.iter().map(RawDocumentBuf::try_from).collect();
    let found = found.map_err(|_| unavailable(Failure::Defect("the server answered with no documents")))?;
    Ok(Some(cut(found, listing.limit)))
}

/// Which way to walk, and how many records to pass over.
fn order(listing: &Listing) -> (i32, u64) {
    let sign = match listing.direction {
        Direction::Ascending => 1,
        Direction::Descending => -1,
    };
    match listing.start {
        Start::Offset(skip) => (sign, skip),
        Start::After(_) => (sign, 0),
    }
}

/// How many records the walk comes by, up to one more than are counted exactly.
pub(super) async fn count(reader: &mut Reader, listing: &Listing) -> Result<u64, StoreError> {
    let walk = &listing.walk;
    let arms = walk.arms.iter().map(|arm| all(arm_of(walk, arm).chain(listing.residual.iter().cloned())));
    let filter = any(arms.collect());
    reader.count(listing.collection, filter, Some(walk.index), Total::EXACT_UP_TO + 1).await
}

/// Every arm by itself, so that each is one stretch of the index and their merge is in order; with what else is asked of
/// each record.
fn arms(listing: &Listing, asked: &[Document]) -> Document {
    let walk = &listing.walk;
    let starts: Vec<Option<Document>> = match &listing.start {
        Start::Offset(_) => vec![None],
        Start::After(position) => after(walk, listing.direction, position).map(Some).to_vec(),
    };
    let mut arms = Vec::new();
    for arm in &walk.arms {
        for start in &starts {
            let conditions = arm_of(walk, arm).chain(start.clone()).chain(asked.iter().cloned());
            arms.push(all(conditions));
        }
    }
    any(arms)
}

fn arm_of<'a>(walk: &'a Walk, arm: &'a Document) -> impl Iterator<Item = Document> + 'a {
    std::iter::once(arm.clone()).chain(walk.window.clone())
}

/// What stands behind this position: ties by id, and then the rest. Two stretches of the index, where one condition for
/// both would be a walk through all the ties.
fn after(walk: &Walk, direction: Direction, position: &Position) -> [Document; 2] {
    let beyond = match direction {
        Direction::Ascending => "$gt",
        Direction::Descending => "$lt",
    };
    let key = value_of(&position.key);
    let ties = doc! { walk.key: &key, "_id": { beyond: uuid(position.id) } };
    [ties, doc! { walk.key: { beyond: key } }]
}
