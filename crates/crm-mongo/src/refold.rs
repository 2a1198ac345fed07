//! Folding anew what an older fold has made: what records are sorted by, compared by and found by.

use bson::{Document, doc};
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
use crate::store::Inner;
use crate::workspace;

/// How many records are written by one command.
const BATCH: usize = 200;

/// Folds everything anew if this is not the fold that made it. May be broken off and begun again.
pub(crate) async fn if_outdated(inner: &Inner) -> Result<(), StoreError> {
    let mut reader = inner.reader(inner.options.long_deadline);
    if workspace::fold_version(&mut reader).await? == Some(i64::from(FOLD_VERSION)) {
        return Ok(());
    }
    tracing::info!(to = FOLD_VERSION, "what is searched is being folded anew");
    let calendar = workspace::calendar(&mut reader).await?;
    refold::<User>(inner, |user| Ok((id(user.id), write(&UserKeys::new(user))?))).await?;
    refold::<Lead>(inner, |lead| Ok((id(lead.id), write(&LeadKeys::new(lead))?))).await?;
    refold::<Customer>(inner, |one| Ok((id(one.id), write(&CustomerKeys::new(one))?))).await?;
    refold::<Task>(inner, |task| Ok((id(task.id), write(&TaskKeys::new(task, calendar))?))).await?;
    let done = doc! { "q": { "_id": 1 }, "u": { "$set": { "fold_version": i64::from(FOLD_VERSION) } } };
    update(inner, "workspace", vec![done]).await
}

/// Writes what each record is found by, if it is still as it was read: who writes it meanwhile folds anew too. A record
/// that cannot be read is left as it is: whoever reads it is told.
async fn refold<T>(
    inner: &Inner,
    keys: impl Fn(&T) -> Result<(bson::Bson, Document), StoreError> + Send + Sync,
) -> Result<(), StoreError>
where
    Versioned<T>: Stored,
{
    let collection = <Versioned<T> as Stored>::COLLECTION;
    let mut reader = inner.reader(inner.options.long_deadline);
    let mut updates = Vec::new();
    let find = Find::all(Document::new()).fields(record_only());
    reader
        .each(collection, find, |document| {
            match documents::read::<Versioned<T>>(&document) {
                Ok(found) => updates.push(refolded(&keys(found.record())?, found.version())),
                Err(error) => tracing::error!(%error, "cannot be found by search"),
            }
            Ok(())
        })
        .await?;
    for some in updates.chunks(BATCH) {
        update(inner, collection, some.to_vec()).await?;
    }
    Ok(())
}

fn refolded((id, keys): &(bson::Bson, Document), read: Version) -> Document {
    doc! { "q": { "_id": id, "version": version(read) }, "u": { "$set": { "keys": keys } } }
}

async fn update(inner: &Inner, collection: &str, updates: Vec<Document>) -> Result<(), StoreError> {
    let durable = doc! { "w": "majority", "j": true };
    let command = doc! { "update": collection, "updates": updates, "writeConcern": durable };
    inner.db.run_command(command).await.map(drop).map_err(|error| store_error(&error))
}
