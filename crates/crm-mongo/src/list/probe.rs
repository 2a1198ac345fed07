//! Finding out which way leads to the fewest records.

use bson::Document;
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
    /// The condition that holds for every record to which this leads, so that none has to be loaded for it.
    pub(super) proves: Option<Document>,
}

impl Best {
    /// Whether this holds for every record to which the way leads.
    pub(super) fn says(&self, filter: &Document) -> bool {
        self.proves.as_ref() == Some(filter)
            || filter.iter().all(|(field, value)| self.values.get(field) == Some(value))
    }
}

/// The way to the fewest records, if there is any.
pub(super) async fn best(reader: &mut Reader, listing: &Listing) -> Result<Option<Best>, StoreError> {
    let mut best: Option<Best> = None;
    for way in &listing.ways {
        let (values, count, proves) = match (&way.to, way.known) {
            // As far as counting would have gone.
            (To::Values(values), Some(known)) => {
                (any(values.clone()), known.min(Total::EXACT_UP_TO + 1), None)
            }
            (To::Values(values), None) => {
                let values = any(values.clone());
                let most = Total::EXACT_UP_TO + 1;
                let count = reader.count(listing.collection, values.clone(), Some(way.index), most).await?;
                (values, count, None)
            }
            (To::Rarest { parts, scope }, _) => {
                let rarest = search::rarest(reader, listing.collection, way.index, parts, scope).await?;
                let Some((part, count)) = rarest else { continue };
                let mut values = scope.clone();
                values.extend(part.asked);
                (values, count, part.proves)
            }
        };
        let other = Best { index: way.index, values, count, proves };
        // Of two ways to many, one that leaves nothing to ask but the text leads past fewer in vain.
        let is_narrow =
            || listing.filters.iter().all(|filter| other.says(filter) || filter.contains_key(search::TEXT));
        if best.as_ref().is_none_or(|best| count < best.count || (count == best.count && is_narrow())) {
            best = Some(other);
        }
        if count <= FEW {
            break;
        }
    }
    Ok(best)
}
