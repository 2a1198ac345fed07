//! Rebuilding what another version has made: what records are sorted by, compared by and found by.
//!
//! The records are rebuilt batch by batch. After each the workspace says how far the rebuild is ([`Place`]), so that one
//! that was cut off goes on where it was; the versions of the workspace change at the end. Servers that start meanwhile
//! rebuild too, from the same place: two of them write the same, and none serves before all is done. What servers of the
//! older version write meanwhile keeps its old keys; they are to be stopped first.

use bson::{Bson, Document, doc};
use crm_app::error::StoreError;
use crm_app::search_rebuild::{ProgressLog, RebuildProgress};
use crm_domain::calendar::Calendar;
use crm_domain::customer::Customer;
use crm_domain::fold::FOLD_VERSION;
use crm_domain::lead::Lead;
use crm_domain::task::Task;
use crm_domain::user::User;
use crm_domain::version::{Version, Versioned};

use crate::documents::customer::CustomerKeys;
use crate::documents::lead::LeadKeys;
use crate::documents::task::TaskKeys;
use crate::documents::user::UserKeys;
use crate::documents::{self, Stored, id, record_only, version, write};
use crate::error::store_error;
use crate::reader::{Find, Reader};
use crate::search::PIECES_VERSION;
use crate::store::Inner;
use crate::{schema, workspace};

/// How many records are read and written at a time. In builds for tests, few: there are several batches then.
const BATCH: u32 = if cfg!(debug_assertions) { 32 } else { 200 };

/// The member of the workspace that says how far a rebuild is.
const PLACE: &str = "search_rebuild";

/// The collections with keys, in the order in which they are rebuilt.
const COLLECTIONS: [&str; 4] = [
    <Versioned<User> as Stored>::COLLECTION,
    <Versioned<Lead> as Stored>::COLLECTION,
    <Versioned<Customer> as Stored>::COLLECTION,
    <Versioned<Task> as Stored>::COLLECTION,
];

/// How far a rebuild is.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    /// The place in [`COLLECTIONS`].
    collection: usize,
    /// The last id that is done there; none at its beginning.
    last: Option<Bson>,
    progress: RebuildProgress,
}

/// The normalization and the pieces of this program, as the workspace names them.
pub(crate) fn versions() -> Document {
    doc! { "fold_version": i64::from(FOLD_VERSION), "pieces_version": i64::from(PIECES_VERSION) }
}

/// Rebuilds all keys if another normalization made them, or records are found by other pieces.
pub(crate) async fn if_outdated(inner: &Inner) -> Result<(), StoreError> {
    let mut reader = inner.reader(inner.options.long_deadline);
    let is_folded = workspace::fold_version(&mut reader).await? == Some(i64::from(FOLD_VERSION));
    let is_cut = workspace::pieces_version(&mut reader).await? == Some(i64::from(PIECES_VERSION));
    if is_folded && is_cut {
        return Ok(());
    }
    let calendar = workspace::calendar(&mut reader).await?;
    let mut place = begin(&mut reader).await?;
    let mut log = ProgressLog::default();
    log.report(place.progress);
    while next_batch(inner, calendar, &mut place).await? {
        log.report(place.progress);
    }
    schema::drop_retired(&inner.db).await.map_err(|error| store_error(&error))?;
    let done = doc! { "$set": versions(), "$unset": { PLACE: "" } };
    inner.update("workspace", vec![doc! { "q": { "_id": 1 }, "u": done }]).await?;
    log.report(RebuildProgress { done: place.progress.total, ..place.progress });
    Ok(())
}

/// Where a rebuild goes on, or begins.
async fn begin(reader: &mut Reader) -> Result<Place, StoreError> {
    let begun = reader.one("workspace", Find::all(doc! { "_id": 1 })).await?;
    let begun = begun.and_then(|found| Document::try_from(found).ok());
    if let Some(place) =
        begun.as_ref().and_then(|workspace| workspace.get_document(PLACE).ok()).and_then(read)
    {
        return Ok(place);
    }
    let mut total = 0;
    for collection in COLLECTIONS {
        total += reader.count(collection, Document::new(), Some("_id_"), u64::MAX).await?;
    }
    Ok(Place { collection: 0, last: None, progress: RebuildProgress { done: 0, total } })
}

/// The place that a workspace names, if it is one of a rebuild for the versions of this program.
fn read(place: &Document) -> Option<Place> {
    let number =
        |field| place.get(field).and_then(documents::integer).and_then(|number| u64::try_from(number).ok());
    let is_ours = versions().iter().all(|(field, version)| place.get(field) == Some(version));
    let collection = place.get_str("collection").ok()?;
    let collection = COLLECTIONS.iter().position(|known| *known == collection)?;
    let progress = RebuildProgress { done: number("done")?, total: number("total")? };
    is_ours.then(|| Place { collection, last: place.get("last").cloned(), progress })
}

/// Rebuilds the keys of some more records and writes down the place; false if there were none.
async fn next_batch(inner: &Inner, calendar: Calendar, place: &mut Place) -> Result<bool, StoreError> {
    while let Some(collection) = COLLECTIONS.get(place.collection) {
        let last = place.last.clone();
        let (count, last) = match place.collection {
            0 => batch::<User>(inner, last, |user| Ok((id(user.id), write(&UserKeys::new(user))?))).await?,
            1 => batch::<Lead>(inner, last, |lead| Ok((id(lead.id), write(&LeadKeys::new(lead))?))).await?,
            2 => {
                batch::<Customer>(inner, last, |one| Ok((id(one.id), write(&CustomerKeys::new(one))?)))
                    .await?
            }
            _ => {
                let keys = |task: &Task| Ok((id(task.id), write(&TaskKeys::new(task, calendar))?));
                batch::<Task>(inner, last, keys).await?
            }
        };
        let Some(last) = last else {
            place.collection += 1;
            place.last = None;
            continue;
        };
        place.progress.done = (place.progress.done + count).min(place.progress.total);
        let mut written = versions();
        written.extend(doc! {
            "collection": *collection, "last": last.clone(),
            "done": documents::int(place.progress.done), "total": documents::int(place.progress.total),
        });
        place.last = Some(last);
        workspace::note(inner, doc! { PLACE: written }).await?;
        return Ok(true);
    }
    Ok(false)
}

/// Writes what the records behind this id are found by, each if it is still as it was read: a write in between makes
/// its keys itself. Gives how many records that were, and the id of the last. A record that cannot be read is left as it
/// is, and reading it fails as before.
async fn batch<T>(
    inner: &Inner,
    behind: Option<Bson>,
    keys: impl Fn(&T) -> Result<(Bson, Document), StoreError> + Send + Sync,
) -> Result<(u64, Option<Bson>), StoreError>
where
    Versioned<T>: Stored,
{
    let collection = <Versioned<T> as Stored>::COLLECTION;
    let filter = behind.map_or_else(Document::new, |id| doc! { "_id": { "$gt": id } });
    let find = Find::all(filter).by("_id_").sorted(doc! { "_id": 1 }).fields(record_only()).at_most(BATCH);
    let mut reader = inner.reader(inner.options.long_deadline);
    let some = reader.all(collection, find).await?;
    let last = some.last().and_then(|last| Document::try_from(last.as_ref()).ok()?.remove("_id"));
    let mut updates = Vec::new();
    for document in &some {
        match documents::read::<Versioned<T>>(document) {
            Ok(found) => updates.push(update(&keys(found.record())?, found.version())),
            Err(error) => tracing::error!(%error, "cannot be found by search"),
        }
    }
    if !updates.is_empty() {
        inner.update(collection, updates).await?;
    }
    Ok((u64::try_from(some.len()).unwrap_or(u64::MAX), last))
}

fn update((id, keys): &(Bson, Document), read: Version) -> Document {
    doc! { "q": { "_id": id, "version": version(read) }, "u": { "$set": { "keys": keys } } }
}

#[cfg(test)]
mod tests;
