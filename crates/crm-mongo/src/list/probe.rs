//! Finding out which way leads to the fewest records.

use bson::{Document, doc};
use crm_app::error::StoreError;
use crm_app::paging::Total;

use super::{Listing, To, any};
use crate::reader::Reader;
use crate::search;

/// So few that looking for fewer costs more.
const FEW: u64 = 64;

/// The way to the fewest records.
pub(super) struct Best {
    /// The index.
    pub(super) index: &'static str,
    /// What it is asked for.
    pub(super) values: Document,
    /// How many records there are, up to one more than are counted exactly.
    pub(super) count: u64,
}

/// The way to the fewest records, if there is any.
pub(super) async fn best(reader: &mut Reader, listing: &Listing) -> Result<Option<Best>, StoreError> {
    let mut best: Option<Best> = None;
    for way in &listing.ways {
        let (values, count) = match (&way.to, way.known) {
            // As far as counting would have gone: of two ways to many, the first is as good.
            (To::Values(values), Some(known)) => (any(values.clone()), known.min(Total::EXACT_UP_TO + 1)),
            (To::Values(values), None) => {
                let values = any(values.clone());
                let most = Total::EXACT_UP_TO + 1;
                let count = reader.count(listing.collection, values.clone(), Some(way.index), most).await?;
                (values, count)
            }
            (To::Rarest(grams), _) => match search::rarest(reader, listing.collection, grams).await? {
                Some((gram, count)) => (doc! { "keys.grams": gram }, count),
                None => continue,
            },
        };
        if best.as_ref().is_none_or(|best| count < best.count) {
            best = Some(Best { index: way.index, values, count });
        }
        if count <= FEW {
            break;
        }
    }
    Ok(best)
}
