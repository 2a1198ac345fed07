//! What holds for the whole store.

use std::time::Duration;

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use crm_app::error::StoreError;
use crm_app::ports::workspace::{Workspace, Workspaces};
use crm_app::setup::token::SetupFingerprint;
use crm_domain::calendar::Calendar;

use crate::documents;
use crate::error::{corrupt, store_error};
use crate::reader::{Find, Reader};
use crate::store::{Inner, MongoStore};

/// How often the counters were written otherwise than by a commit.
const CORRECTIONS: &str = "corrections";
/// How long a store may take to say that it is there.
const PING: Duration = Duration::from_secs(1);

#[async_trait]
impl Workspaces for MongoStore {
    async fn workspace(&self) -> Result<Workspace, StoreError> {
        self.read(|mut reader| async move { read(&mut reader).await }).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let db = self.inner().db.clone();
        let call = async move {
            db.run_command(doc! { "ping": 1 }).await.map(drop).map_err(|error| store_error(&error))
        };
        self.inner().calls.within(PING, call).await
    }
}

/// The workspace.
pub(crate) async fn read(reader: &mut Reader) -> Result<Workspace, StoreError> {
    let found = document(reader).await?.ok_or_else(|| unreadable("there is none"))?;
    let zone = found.get_str("zone").map_err(|_| unreadable("it has no time zone"))?;
    let calendar = Calendar::parse(zone).map_err(|flaw| unreadable(flaw.to_string()))?;
    let set_up = found.get_bool("set_up").map_err(|_| unreadable("it does not say whether it was set up"))?;
    let setup_token = match found.get("setup_token") {
        None | Some(Bson::Null) => None,
        Some(Bson::Binary(kept)) => Some(
            <[u8; 32]>::try_from(kept.bytes.as_slice())
                .map(SetupFingerprint)
                .map_err(|_| unreadable("its setup token is not 32 bytes"))?,
        ),
        Some(_) => return Err(unreadable("its setup token is no binary")),
    };
    Ok(Workspace { calendar, set_up, setup_token })
}

/// The workspace's calendar.
pub(crate) async fn calendar(reader: &mut Reader) -> Result<Calendar, StoreError> {
    Ok(read(reader).await?.calendar)
}

/// The schema that the store was written with, if it was ever.
pub(crate) async fn schema(reader: &mut Reader) -> Result<Option<i64>, StoreError> {
    number(reader, "schema").await
}

/// The fold that made what records are found by.
pub(crate) async fn fold_version(reader: &mut Reader) -> Result<Option<i64>, StoreError> {
    number(reader, "fold_version").await
}

/// The version of the pieces that records are found by.
pub(crate) async fn pieces_version(reader: &mut Reader) -> Result<Option<i64>, StoreError> {
    number(reader, "pieces_version").await
}

/// What the counters count, as the program that counted last knew it.
pub(crate) async fn tally_version(reader: &mut Reader) -> Result<Option<i64>, StoreError> {
    number(reader, "tally_version").await
}

/// Writes these fields.
pub(crate) async fn note(inner: &Inner, fields: Document) -> Result<(), StoreError> {
    inner.update("workspace", vec![doc! { "q": { "_id": 1 }, "u": { "$set": fields } }]).await
}

/// The statement that writes this, if nobody has corrected the counters since the moment that the reader sees.
pub(crate) async fn correction(reader: &mut Reader, noted: Document) -> Result<Document, StoreError> {
    let so_far = match number(reader, CORRECTIONS).await? {
        Some(number) => Bson::from(number),
        None => Bson::from(doc! { "$exists": false }),
    };
    let mut update = doc! { "$inc": corrected() };
    if !noted.is_empty() {
        update.insert("$set", noted);
    }
    Ok(doc! { "q": { "_id": 1, CORRECTIONS: so_far }, "u": update })
}

/// What whoever writes counters otherwise than a commit adds to the workspace.
pub(crate) fn corrected() -> Document {
    doc! { CORRECTIONS: 1_i64 }
}

async fn number(reader: &mut Reader, field: &str) -> Result<Option<i64>, StoreError> {
    match document(reader).await?.as_ref().and_then(|found| found.get(field)) {
        None => Ok(None),
        Some(number) => documents::integer(number)
            .map(Some)
            .ok_or_else(|| unreadable(format!("its {field} is no number"))),
    }
}

async fn document(reader: &mut Reader) -> Result<Option<Document>, StoreError> {
    let found = reader.one("workspace", Find::all(doc! { "_id": 1 })).await?;
    found.map(|found| Document::try_from(found).map_err(|_| unreadable("it is no document"))).transpose()
}

fn unreadable(why: impl Into<String>) -> StoreError {
    corrupt("workspace", "1".to_owned(), why.into())
}
