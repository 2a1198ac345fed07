//! Everything into an empty store, which stays marked until somebody knows that it is whole.

use std::sync::Arc;

use crm_app::archive::Batch;
use crm_app::error::StoreError;
use crm_app::ports::archive::{Arrival, Import};
use crm_app::tally::{self, Deltas};
use crm_domain::ids::CustomerId;
use rusqlite::Connection;
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

use super::indexes::{self, Index};
use crate::commit::undone::{self, Undone};
use crate::commit::{customers, leads, notes, replay, sessions, tasks, users};
use crate::db::{Db, Outcome};
use crate::engine::job::Written;
use crate::maintenance::clear;
use crate::rows::{activity, arrival, cleanup, key, transfer};
use crate::store::{SqliteStore, load};
use crate::{tallies, workspace};

/// The most batches that are written in one transaction.
const TOGETHER: usize = 16;

/// Takes everything that comes.
pub(super) async fn everything(
    store: &SqliteStore,
    arrival: &Arrival,
    mut from: Receiver<Batch>,
) -> Result<Import, StoreError> {
    let id = arrival.id;
    if !begin(store, arrival.clone()).await? {
        return Ok(Import::NotEmpty);
    }
    let mut counters = Deltas::new();
    let mut batches = Vec::new();
    while from.recv_many(&mut batches, TOGETHER).await > 0 {
        let some = std::mem::take(&mut batches);
        let taken = store.write(move |conn| take(conn, id, &some, counters).map(Written::plain)).await?;
        counters = taken.map_err(not_taken)?;
    }
    end(store, id, counters).await?;
    Ok(Import::Taken)
}

/// Marks the store and empties it, if it is marked already; says no if it holds something of its own.
async fn begin(store: &SqliteStore, arrival: Arrival) -> Result<bool, StoreError> {
    let mirror = Arc::clone(store.mirror());
    store
        .write_or_fail(move |conn| {
            if Db::new(conn).one(arrival::THE_ONE, [], arrival::read)?.is_some() {
                clear::everything(conn)?;
            } else if !is_empty(conn)? {
                return Ok(Written::plain(false));
            }
            arrival::insert(conn, &arrival)?;
            indexes::drop_all(conn)?;
            let snapshot = load(conn)?;
            Ok(Written::then(true, move || mirror.replace(snapshot)))
        })
        .await
}

/// Whether there is no record and there never was an admin.
fn is_empty(conn: &Connection) -> rusqlite::Result<bool> {
    let holds_something = "SELECT (SELECT set_up FROM workspace) \
         OR EXISTS (SELECT 1 FROM user) OR EXISTS (SELECT 1 FROM session) OR EXISTS (SELECT 1 FROM lead) \
         OR EXISTS (SELECT 1 FROM customer) OR EXISTS (SELECT 1 FROM note) OR EXISTS (SELECT 1 FROM task) \
         OR EXISTS (SELECT 1 FROM activity) OR EXISTS (SELECT 1 FROM transfer) OR EXISTS (SELECT 1 FROM replay) \
         OR EXISTS (SELECT 1 FROM customer_cleanup)";
    conn.query_row(holds_something, [], |row| row.get(0)).map(|holds: bool| !holds)
}

/// Writes some batches, and counts what is counted of them.
fn take(conn: &Connection, id: Uuid, batches: &[Batch], mut counters: Deltas) -> undone::Written<Deltas> {
    still_ours(conn, id).map_err(undone::store)?;
    for batch in batches {
        write(conn, batch, &mut counters)?;
    }
    Ok(counters)
}

fn write(conn: &Connection, batch: &Batch, counters: &mut Deltas) -> undone::Written<()> {
    if let Batch::Workspace(workspace) = batch {
        workspace::put(conn, *workspace)?;
        return Ok(());
    }
    let calendar = workspace::calendar(&Db::new(conn)).map_err(undone::store)?;
    match batch {
        Batch::Workspace(_) => Ok(()),
        Batch::Leads(some) => some.iter().try_for_each(|lead| {
            tally::count_lead(counters, lead.record(), &calendar, 1);
            leads::insert(conn, lead.record(), lead.version())
        }),
        Batch::Customers(some) => some.iter().try_for_each(|customer| {
            tally::count_customer(counters, customer.record(), 1);
            customers::insert(conn, customer.record(), customer.version())
        }),
        Batch::Cleanups(some) => some
            .iter()
            .try_for_each(|one| cleanup::insert(conn, one).map(drop).map_err(undone::by_constraint)),
        Batch::Notes(some) => some.iter().try_for_each(|note| {
            if has_customer(conn, note.customer)? { notes::insert(conn, note) } else { Err(undone::stale()) }
        }),
        Batch::Tasks(some) => some.iter().try_for_each(|task| {
            tally::count_task(counters, task.record(), &calendar, 1);
            tasks::insert(conn, task.record(), task.version(), calendar)
        }),
        Batch::Transfers(some) => some.iter().try_for_each(|one| Ok(transfer::put(conn, one).map(drop)?)),
        Batch::Events(some) => some.iter().try_for_each(|event| {
            let ordinal = usize::try_from(event.ordinal).unwrap_or(usize::MAX);
            activity::insert(conn, &event.activity, event.commit, ordinal).map_err(undone::by_constraint)
        }),
        Batch::Replays(some) => some.iter().try_for_each(|answer| replay::write(conn, answer)),
        Batch::Users(some) => {
            some.iter().try_for_each(|user| users::insert(conn, user.record(), user.version()))
        }
        Batch::Sessions(some) => {
            some.iter().try_for_each(|one| sessions::insert(conn, &one.session, one.commit))
        }
    }
}

/// Whether a customer is there, or what is left of it is still to be cleaned up.
fn has_customer(conn: &Connection, id: CustomerId) -> rusqlite::Result<bool> {
    let known =
        "SELECT 1 FROM customer WHERE id = ?1 UNION ALL SELECT 1 FROM customer_cleanup WHERE customer = ?1";
    conn.prepare_cached(known)?.exists([key(id)])
}

/// Makes the indexes, those of each table in a transaction of its own, writes the counters, and fills what is held in memory.
async fn end(store: &SqliteStore, id: Uuid, counters: Deltas) -> Result<(), StoreError> {
    for indexes in Index::by_table().map_err(|error| StoreError::Unavailable(Box::new(error)))? {
        let made = store.write(move |conn| {
            still_ours(conn, id).map_err(undone::store)?;
            let made = indexes.iter().try_for_each(|index| index.make(conn));
            made.map_err(undone::by_constraint).map(Written::plain)
        });
        made.await?.map_err(not_taken)?;
    }
    let mirror = Arc::clone(store.mirror());
    store
        .write_or_fail(move |conn| {
            still_ours(conn, id)?;
            indexes::usual(conn)?;
            tallies::replace(conn, &tallies::rows(&counters))?;
            let snapshot = load(conn)?;
            Ok(Written::then((), move || mirror.replace(snapshot)))
        })
        .await
}

fn still_ours(conn: &Connection, id: Uuid) -> Outcome<()> {
    if arrival::is(conn, id)? {
        return Ok(());
    }
    Err(crate::engine::error::JobError::Refused(refused("another import into this store was begun")))
}

fn not_taken(undone: Undone) -> StoreError {
    match undone {
        Undone::Verdict(_) => refused("what is imported has a key twice, or a note without its customer"),
        Undone::Store(error) => error,
    }
}

fn refused(why: &'static str) -> StoreError {
    StoreError::Unavailable(why.into())
}
