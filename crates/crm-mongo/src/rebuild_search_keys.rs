//! Making anew what an older program has made: what records are sorted by, compared by and found by.

use bson::{Bson, Document, doc};
use crm_app::error::StoreError;
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
use crate::reader::Find;
use crate::search::PIECES_VERSION;
use crate::store::Inner;
use crate::{schema, workspace};

/// How many records are read and written at a time.
const BATCH: u32 = 200;

/// The fold and the pieces of this program, as the workspace names them.
pub(crate) fn versions() -> Document {
    doc! { "fold_version": i64::from(FOLD_VERSION), "pieces_version": i64::from(PIECES_VERSION) }
}

/// Makes everything anew if another fold made it, or it is found by other pieces. May be broken off and begun again.
pub(crate) async fn if_outdated(inner: &Inner) -> Result<(), StoreError> {
    let mut reader = inner.reader(inner.options.long_deadline);
    let is_folded = workspace::fold_version(&mut reader).await? == Some(i64::from(FOLD_VERSION));
    let is_cut = workspace::pieces_version(&mut reader).await? == Some(i64::from(PIECES_VERSION));
    if is_folded && is_cut {
        return Ok(());
    }
    tracing::info!(fold = FOLD_VERSION, pieces = PIECES_VERSION, "what is searched is being made anew");
    let calendar = workspace::calendar(&mut reader).await?;
    refold::<User>(inner, |user| Ok((id(user.id), write(&UserKeys::new(user))?))).await?;
    refold::<Lead>(inner, |lead| Ok((id(lead.id), write(&LeadKeys::new(lead))?))).await?;
    refold::<Customer>(inner, |one| Ok((id(one.id), write(&CustomerKeys::new(one))?))).await?;
    refold::<Task>(inner, |task| Ok((id(task.id), write(&TaskKeys::new(task, calendar))?))).await?;
    schema::drop_retired(&inner.db).await.map_err(|error| store_error(&error))?;
    workspace::note(inner, versions()).await
}

/// Writes what each record is found by, if it is still as it was read: who writes it meanwhile folds anew too. A record
/// that cannot be read is left as it is: whoever reads it is told.
async fn refold<T>(
    inner: &Inner,
    keys: impl Fn(&T) -> Result<(Bson, Document), StoreError> + Send + Sync,
) -> Result<(), StoreError>
where
    Versioned<T>: Stored,
{
    let collection = <Versioned<T> as Stored>::COLLECTION;
    let mut reader = inner.reader(inner.options.long_deadline);
    let mut behind: Option<Bson> = None;
    loop {
        let filter = behind.take().map_or_else(Document::new, |id| doc! { "_id": { "$gt": id } });
        let find =
            Find::all(filter).by("_id_").sorted(doc! { "_id": 1 }).fields(record_only()).at_most(BATCH);
        let some = reader.all(collection, find).await?;
        let Some(last) = some.last() else { return Ok(()) };
        behind = Document::try_from(last.as_ref()).ok().and_then(|mut last| last.remove("_id"));
        let mut updates = Vec::new();
        for document in &some {
            match documents::read::<Versioned<T>>(document) {
                Ok(found) => updates.push(refolded(&keys(found.record())?, found.version())),
                Err(error) => tracing::error!(%error, "cannot be found by search"),
            }
        }
        if !updates.is_empty() {
            inner.update(collection, updates).await?;
        }
        if behind.is_none() {
            return Ok(());
        }
    }
}

fn refolded((id, keys): &(Bson, Document), read: Version) -> Document {
    doc! { "q": { "_id": id, "version": version(read) }, "u": { "$set": { "keys": keys } } }
}
