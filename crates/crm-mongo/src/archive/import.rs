//! Everything into an empty store, which stays marked until somebody knows that it is whole.
//!
//! It is no transaction: those have a minute, and must fit into memory. The mark stands for it: whatever was written
//! before an import broke off is thrown away by the next one. Records are written without their indexes, which are
//! made at the end, all at once, so that no record waits for them.

mod recent;
mod writing;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bson::{Document, doc};
use crm_app::archive::Batch;
use crm_app::error::StoreError;
use crm_app::ports::archive::{Arrival, Import};
use crm_app::tally::{self, Deltas};
use crm_domain::calendar::Calendar;
use crm_domain::task::{RelatedKind, TaskStatus};
use mongodb::error::Error;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;
use uuid::Uuid;

use self::recent::Stretch;
use super::arrival;
use crate::audits::listing::{AUDITS, HEAD};
use crate::error::{Failure, code, store_error, unavailable};
use crate::reader::Find;
use crate::schema::{self, COLLECTIONS};
use crate::store::Inner;
use crate::{following, open_tasks, tallies};

/// How many batches are on their way at once.
const AT_ONCE: usize = 4;

/// How long making the indexes may take.
const INDEXING: Duration = Duration::from_hours(2);

const DUPLICATE_KEY: i32 = 11_000;

/// Takes everything that comes.
pub(super) async fn everything(
    inner: &Arc<Inner>,
    arrival: &Arrival,
    mut from: Receiver<Batch>,
) -> Result<Import, StoreError> {
    let (beginning, mark) = (Arc::clone(inner), arrival.clone());
    let begun = async move { begin(&beginning, &mark).await };
    if !inner.calls.within(inner.options.long_deadline, begun).await? {
        return Ok(Import::NotEmpty);
    }
    let mut counters = Deltas::new();
    let mut calendar = Calendar::utc();
    let mut leads = Vec::new();
    let mut on_their_way = VecDeque::new();
    while let Some(batch) = from.recv().await {
        if let Batch::Workspace(workspace) = &batch {
            calendar = workspace.calendar;
        }
        if let Batch::Leads(batch) = &batch {
            leads.extend(Stretch::of(batch));
        }
        count(&mut counters, &batch, calendar);
        if on_their_way.len() == AT_ONCE {
            arrived(inner, &mut on_their_way).await?;
        }
        let (taker, id) = (Arc::clone(inner), arrival.id);
        let taking = async move { writing::take(&taker, id, batch, calendar).await };
        on_their_way.push_back(inner.calls.runtime().spawn(taking));
    }
    while !on_their_way.is_empty() {
        arrived(inner, &mut on_their_way).await?;
    }
    let (ending, id) = (Arc::clone(inner), arrival.id);
    inner.calls.within(INDEXING, async move { end(&ending, id, &counters, &leads).await }).await?;
    Ok(Import::Taken)
}

/// Waits for the first of those that are on their way.
async fn arrived(
    inner: &Inner,
    on_their_way: &mut VecDeque<JoinHandle<Result<(), StoreError>>>,
) -> Result<(), StoreError> {
    let Some(first) = on_their_way.pop_front() else { return Ok(()) };
    match tokio::time::timeout(inner.options.long_deadline, first).await {
        Ok(Ok(taken)) => taken,
        Ok(Err(_)) => Err(unavailable(Failure::Gone)),
        Err(_) => Err(unavailable(Failure::Deadline)),
    }
}

/// Marks the store and empties it, if it is marked already; says no if it holds something of its own.
async fn begin(inner: &Inner, arrival: &Arrival) -> Result<bool, StoreError> {
    let mut reader = inner.reader(inner.options.deadline);
    let unfinished = arrival::read(&mut reader).await?;
    if unfinished.is_none() && !is_empty(inner).await? {
        return Ok(false);
    }
    if !arrival::put(inner, unfinished.as_ref(), arrival).await? {
        return Ok(false);
    }
    // Somebody may have come in between: what is theirs is not to stay under a mark.
    if unfinished.is_none() && !is_empty(inner).await? {
        arrival::take_away(inner, arrival.id).await?;
        return Ok(false);
    }
    for collection in all_but_the_workspace() {
        let dropped = inner.db.collection::<Document>(collection).drop().await;
        dropped.map_err(|error| store_error(&error))?;
    }
    schema::make_bare(&inner.db).await.map_err(|error| store_error(&error))?;
    following::reload(inner).await?;
    Ok(true)
}

/// Whether there is no record.
async fn is_empty(inner: &Inner) -> Result<bool, StoreError> {
    let mut reader = inner.reader(inner.options.deadline);
    for collection in all_but_the_workspace().filter(|name| *name != tallies::COLLECTION) {
        let any = Find::all(Document::new()).fields(doc! { "_id": 1 });
        if reader.one(collection, any).await?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn all_but_the_workspace() -> impl Iterator<Item = &'static str> {
    // The audit log is a store's own: it does not travel, and stays where it is.
    let stays = ["workspace", AUDITS, HEAD];
    COLLECTIONS.into_iter().chain([tallies::COLLECTION]).filter(move |name| !stays.contains(name))
}

/// Counts what is counted of a batch.
fn count(counters: &mut Deltas, batch: &Batch, calendar: Calendar) {
    match batch {
        Batch::Leads(leads) => {
            for lead in leads {
                tally::count_lead(counters, lead.record(), &calendar, 1);
            }
        }
        Batch::Customers(customers) => {
            for customer in customers {
                tally::count_customer(counters, customer.record(), 1);
            }
        }
        Batch::Tasks(tasks) => {
            for task in tasks {
                tally::count_task(counters, task.record(), &calendar, 1);
            }
        }
        Batch::Workspace(_)
        | Batch::Cleanups(_)
        | Batch::Notes(_)
        | Batch::Transfers(_)
        | Batch::Events(_)
        | Batch::Replays(_)
        | Batch::Users(_)
        | Batch::Sessions(_) => {}
    }
}

/// Writes counters, makes the indexes, gives leads their latest events, and fills what is held in process.
async fn end(inner: &Inner, id: Uuid, counters: &Deltas, leads: &[Stretch]) -> Result<(), StoreError> {
    still_ours(inner, id).await?;
    let counters = tallies::add(&tallies::arranged(counters), 0).collect();
    writing::update(inner, tallies::COLLECTION, counters).await?;
    count_open_tasks(inner).await?;
    schema::make(&inner.db).await.map_err(|error| refusal(&error))?;
    recent::fill(inner, leads).await?;
    following::reload(inner).await
}

/// Has MongoDB count the tasks about each customer that are not done.
async fn count_open_tasks(inner: &Inner) -> Result<(), StoreError> {
    let open = doc! { "$ne": TaskStatus::Done.as_str() };
    let pipeline = [
        doc! { "$match": { "related_kind": RelatedKind::Customer.as_str(), "status": open } },
        doc! { "$group": { "_id": "$related_id", "count": { "$sum": 1_i64 } } },
        doc! { "$merge": { "into": open_tasks::COLLECTION, "on": "_id", "whenMatched": "replace" } },
    ];
    let tasks = inner.db.collection::<Document>("tasks");
    let counted = tasks.aggregate(pipeline).allow_disk_use(true).max_time(inner.options.long_deadline).await;
    counted.map(drop).map_err(|error| store_error(&error))
}

async fn still_ours(inner: &Inner, id: Uuid) -> Result<(), StoreError> {
    if arrival::is(&mut inner.reader(inner.options.deadline), id).await? {
        return Ok(());
    }
    Err(unavailable(Failure::Defect("another import into this store was begun")))
}

/// What MongoDB said to something that was to be written.
fn refusal(error: &Error) -> StoreError {
    match code(error) {
        Some(DUPLICATE_KEY) => unavailable(Failure::Defect("what is imported has a key twice")),
        Some(_) | None => store_error(error),
    }
}
