//! Everything out of the store, as of one moment: each kind is one statement, walked by id.

use crm_app::archive::{Batch, Kind};
use crm_app::error::StoreError;
use rusqlite::Row;
use tokio::sync::mpsc::Sender;

use crate::db::{Db, Outcome};
use crate::engine::error::JobError;
use crate::rows::{activity, cleanup, customer, lead, note, replay, session, task, transfer, user};
use crate::workspace;

/// Sends everything. Blocks while nobody receives.
pub(super) fn everything(db: &Db<'_>, to: &Sender<Batch>) -> Outcome<()> {
    for kind in Kind::ALL {
        match kind {
            Kind::Workspace => send(to, Batch::Workspace(workspace::read(db)?))?,
            Kind::Lead => each(db, to, kind, &by_id(lead::ALL, "lead"), lead::read, Batch::Leads)?,
            Kind::Customer => {
                each(db, to, kind, &by_id(customer::ALL, "customer"), customer::read, Batch::Customers)?;
            }
            Kind::Cleanup => each(db, to, kind, cleanup::ALL, cleanup::read, Batch::Cleanups)?,
            Kind::Note => each(db, to, kind, &by_id(note::ALL, "note"), note::read, Batch::Notes)?,
            Kind::Task => each(db, to, kind, &by_id(task::ALL, "task"), task::read, Batch::Tasks)?,
            Kind::Transfer => each(db, to, kind, transfer::ALL, transfer::read, Batch::Transfers)?,
            Kind::Event => {
                each(db, to, kind, activity::ARCHIVED, activity::read_archived, Batch::Events)?;
            }
            Kind::Replay => each(db, to, kind, replay::ARCHIVED, replay::read, Batch::Replays)?,
            Kind::User => each(db, to, kind, &by_id(user::ALL, "user"), user::read, Batch::Users)?,
            Kind::Session => {
                each(db, to, kind, session::ARCHIVED, session::read_archived, Batch::Sessions)?;
            }
        }
    }
    Ok(())
}

/// All rows of a table in the order of their ids, from its index: sorting would hold all of them in memory.
fn by_id(all: &str, table: &str) -> String {
    format!("{all} INDEXED BY {table}_by_id ORDER BY id")
}

/// Sends the rows of a statement, so many at a time.
fn each<T>(
    db: &Db<'_>,
    to: &Sender<Batch>,
    kind: Kind,
    sql: &str,
    read: fn(&Row<'_>) -> Outcome<T>,
    batch: fn(Vec<T>) -> Batch,
) -> Outcome<()> {
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut some = Vec::with_capacity(kind.batch());
    while let Some(row) = rows.next()? {
        some.push(read(row)?);
        if some.len() == kind.batch() {
            let full = std::mem::replace(&mut some, Vec::with_capacity(kind.batch()));
            send(to, batch(full))?;
        }
    }
    if some.is_empty() { Ok(()) } else { send(to, batch(some)) }
}

fn send(to: &Sender<Batch>, batch: Batch) -> Outcome<()> {
    let gone = |_| JobError::Refused(StoreError::Unavailable("nobody receives what is exported".into()));
    to.blocking_send(batch).map_err(gone)
}
