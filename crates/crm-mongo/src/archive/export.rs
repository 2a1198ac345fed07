//! Everything out of the store, as of one moment: page after page, each by the ids after the last one's. So no cursor
//! stays open while the receiver is busy, and each page has its own deadline.

use std::time::Duration;

use bson::{Bson, Document, RawDocumentBuf, doc};
use crm_app::archive::{Batch, Event, Kind, SignIn};
use crm_app::commit::replay::Replay;
use crm_app::error::StoreError;
use crm_domain::customer::Customer;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::task::Task;
use crm_domain::transfer::Transfer;
use crm_domain::user::User;
use crm_domain::version::Versioned;
use tokio::sync::mpsc::Sender;

use crate::documents::{self, Stored, record_only};
use crate::error::corrupt;
use crate::reader::{Find, Reader};
use crate::store::Inner;
use crate::workspace;

/// How long one page may take.
const PAGE: Duration = Duration::from_secs(30);

/// The index of ids.
const BY_ID: &str = "_id_";

/// Sends everything.
pub(super) async fn everything(inner: &Inner, to: &Sender<Batch>) -> Result<(), StoreError> {
    let source = inner.source();
    let read = inner.calls.within(PAGE, async move {
        let mut reader = Reader::snapshot(source, PAGE).await?;
        let workspace = workspace::read(&mut reader).await?;
        Ok((reader, workspace))
    });
    let (mut reader, workspace) = read.await?;
    for kind in Kind::ALL {
        reader = match kind {
            Kind::Workspace => {
                send(to, Batch::Workspace(workspace)).await?;
                reader
            }
            Kind::Lead => each::<Versioned<Lead>>(inner, reader, to, kind, Batch::Leads).await?,
            Kind::Customer => each::<Versioned<Customer>>(inner, reader, to, kind, Batch::Customers).await?,
            Kind::Cleanup => each::<CustomerCleanup>(inner, reader, to, kind, Batch::Cleanups).await?,
            Kind::Note => each::<Note>(inner, reader, to, kind, Batch::Notes).await?,
            Kind::Task => each::<Versioned<Task>>(inner, reader, to, kind, Batch::Tasks).await?,
            Kind::Transfer => each::<Transfer>(inner, reader, to, kind, Batch::Transfers).await?,
            Kind::Event => each::<Event>(inner, reader, to, kind, Batch::Events).await?,
            Kind::Replay => each::<Replay>(inner, reader, to, kind, Batch::Replays).await?,
            Kind::User => each::<Versioned<User>>(inner, reader, to, kind, Batch::Users).await?,
            Kind::Session => each::<SignIn>(inner, reader, to, kind, Batch::Sessions).await?,
        };
    }
    Ok(())
}

/// Sends the records of a collection in the order of their ids.
async fn each<T: Stored>(
    inner: &Inner,
    mut reader: Reader,
    to: &Sender<Batch>,
    kind: Kind,
    batch: fn(Vec<T>) -> Batch,
) -> Result<Reader, StoreError> {
    let mut last: Option<Bson> = None;
    loop {
        let find = page(last.as_ref(), kind.batch());
        let read = async move {
            let page = reader.all(T::COLLECTION, find).await?;
            Ok((reader, page))
        };
        let (back, page) = inner.calls.within(PAGE, read).await?;
        reader = back;
        let Some(end) = page.last() else { return Ok(reader) };
        last = Some(id_of(end, T::WHAT)?);
        let is_last = page.len() < kind.batch();
        let records = page.iter().map(|document| documents::read(document)).collect::<Result<Vec<T>, _>>()?;
        send(to, batch(records)).await?;
        if is_last {
            return Ok(reader);
        }
    }
}

/// So many documents after this one.
fn page(last: Option<&Bson>, limit: usize) -> Find {
    let after = last.map_or_else(Document::new, |last| doc! { "_id": { "$gt": last } });
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    Find::all(after).by(BY_ID).sorted(doc! { "_id": 1 }).fields(record_only()).at_most(limit)
}

fn id_of(document: &RawDocumentBuf, what: &'static str) -> Result<Bson, StoreError> {
    let unreadable = || corrupt(what, documents::name_of(document), "it has no id");
    let id = document.get("_id").ok().flatten().ok_or_else(unreadable)?;
    Bson::try_from(id).map_err(|_| unreadable())
}

async fn send(to: &Sender<Batch>, batch: Batch) -> Result<(), StoreError> {
    let gone = |_| StoreError::Unavailable("nobody receives what is exported".into());
    to.send(batch).await.map_err(gone)
}
