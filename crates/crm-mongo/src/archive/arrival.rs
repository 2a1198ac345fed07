//! The mark of an import that is not finished: a field of the workspace.

use bson::{Bson, Document, doc};
use crm_app::error::StoreError;
use crm_app::ports::archive::Arrival;
use uuid::Uuid;

use crate::documents;
use crate::error::{corrupt, store_error};
use crate::reader::{Find, Reader};
use crate::store::Inner;

/// The mark, if there is one.
pub(crate) async fn read(reader: &mut Reader) -> Result<Option<Arrival>, StoreError> {
    let unreadable = || corrupt("mark of an import", "1".to_owned(), "it is no mark");
    let marked = Find::all(doc! { "_id": 1, "arrival": { "$exists": true } });
    let Some(found) = reader.one("workspace", marked).await? else { return Ok(None) };
    let found = Document::try_from(found).map_err(|_| unreadable())?;
    let mark = found.get_document("arrival").map_err(|_| unreadable())?;
    let Some(Bson::Binary(id)) = mark.get("id") else { return Err(unreadable()) };
    let id = id.to_uuid().map_err(|_| unreadable())?;
    let command = mark.get_str("command").map_err(|_| unreadable())?.to_owned();
    Ok(Some(Arrival { id: Uuid::from_bytes(id.bytes()), command }))
}

/// Puts the mark in the place of this one, or where there is none and nobody was ever an admin; says whether it did.
pub(super) async fn put(
    inner: &Inner,
    instead_of: Option<&Arrival>,
    arrival: &Arrival,
) -> Result<bool, StoreError> {
    let mark = doc! { "id": documents::uuid(arrival.id), "command": &arrival.command };
    let (which, update) = match instead_of {
        Some(other) => (
            doc! { "_id": 1, "arrival.id": documents::uuid(other.id) },
            doc! { "arrival": mark, "set_up": false },
        ),
        None => {
            (doc! { "_id": 1, "arrival": { "$exists": false }, "set_up": false }, doc! { "arrival": mark })
        }
    };
    update_one(inner, which, doc! { "$set": update }).await
}

/// Whether the mark is that of this try.
pub(super) async fn is(reader: &mut Reader, id: Uuid) -> Result<bool, StoreError> {
    let found = reader.one("workspace", Find::all(marked_by(id)).fields(doc! { "_id": 1 })).await?;
    Ok(found.is_some())
}

/// Takes the mark of this try away; says whether it was there.
pub(super) async fn take_away(inner: &Inner, id: Uuid) -> Result<bool, StoreError> {
    update_one(inner, marked_by(id), doc! { "$unset": { "arrival": "" } }).await
}

/// The workspace while the mark is that of this try.
pub(super) fn marked_by(id: Uuid) -> Document {
    doc! { "_id": 1, "arrival.id": documents::uuid(id) }
}

/// Changes the workspace if it is like this; says whether it was.
pub(super) async fn update_one(inner: &Inner, which: Document, update: Document) -> Result<bool, StoreError> {
    let workspaces = inner.db.collection::<Document>("workspace");
    let updated = workspaces.update_one(which, update).await.map_err(|error| store_error(&error))?;
    Ok(updated.matched_count > 0)
}
