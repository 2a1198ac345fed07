//! Applying commits: the one way to write.
//!
//! A commit is one job of the writer: known already? → what it expects → its changes, each only if its record still
//! has the version that was read → events → entries of the audit log → the answer to keep → counters. Whatever does
//! not hold undoes the job.

mod audit;
pub(crate) mod customers;
mod events;
mod expects;
pub(crate) mod leads;
pub(crate) mod notes;
pub(crate) mod replay;
pub(crate) mod sessions;
mod tags;
pub(crate) mod tasks;
pub(crate) mod undone;
pub(crate) mod users;

use std::sync::Arc;

use async_trait::async_trait;
use crm_app::commit::change::Change;
use crm_app::commit::{Commit, UniqueKey, Verdict};
use crm_app::error::StoreError;
use crm_app::ports::commits::Commits;
use crm_app::tally;
use crm_domain::calendar::Calendar;
use crm_domain::ids::CommitId;
use crm_domain::version::Version;
use rusqlite::Connection;

use self::undone::{Undone, Written};
use crate::db::Db;
use crate::engine::job::Written as Job;
use crate::rows::{self, cleanup, transfer};
use crate::store::SqliteStore;
use crate::{tallies, workspace};

#[async_trait]
impl Commits for SqliteStore {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Verdict, StoreError> {
        let mirror = Arc::clone(self.mirror());
        let written = self
            .write(move |conn| {
                let calendar = workspace::calendar(&Db::new(conn)).map_err(undone::store)?;
                match apply(conn, &commit, calendar)? {
                    Applied::Before => Ok(Job::plain(())),
                    Applied::Now => {
                        tallies::add(conn, &tally::deltas(&commit.changes, &calendar))?;
                        Ok(Job::then((), move || mirror.apply(&commit.changes)))
                    }
                }
            })
            .await?;
        match written {
            Ok(()) => Ok(Verdict::Applied),
            Err(Undone::Verdict(verdict)) => Ok(verdict),
            Err(Undone::Store(error)) => Err(error),
        }
    }
}

/// When a commit was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applied {
    /// By an earlier try.
    Before,
    /// By this one.
    Now,
}

/// Applies a commit in the transaction that runs, all but the counters.
pub(crate) fn apply(conn: &Connection, commit: &Commit, calendar: Calendar) -> Written<Applied> {
    if is_known(conn, commit)? {
        return Ok(Applied::Before);
    }
    for expect in &commit.expects {
        if !expects::holds(conn, expect)? {
            return Err(undone::stale());
        }
    }
    for change in &commit.changes {
        write(conn, change, commit.id, calendar)?;
    }
    events::write(conn, commit)?;
    audit::write(conn, commit)?;
    if let Some(answer) = &commit.replay {
        replay::write(conn, answer)?;
    }
    Ok(Applied::Now)
}

/// Whether the commit was applied before: by its events, the session it made, or its entries of the audit log. What has
/// none of them comes to the same when it is applied again.
fn is_known(conn: &Connection, commit: &Commit) -> rusqlite::Result<bool> {
    let id = [rows::key(commit.id)];
    if !commit.events.is_empty() {
        return conn.prepare_cached("SELECT 1 FROM activity WHERE commit_id = ?1")?.exists(id);
    }
    for change in &commit.changes {
        if let Change::InsertSession(session) = change {
            return conn
                .prepare_cached("SELECT 1 FROM session WHERE id = ?1 AND commit_id = ?2")?
                .exists([rows::key(session.id), rows::key(commit.id)]);
        }
    }
    match commit.audit.first() {
        Some(event) => rows::audit::has(conn, event),
        None => Ok(false),
    }
}

fn write(conn: &Connection, change: &Change, commit: CommitId, calendar: Calendar) -> Written<()> {
    match change {
        Change::InsertUser(user) => users::insert(conn, user, Version::FIRST),
        Change::PutUser(put) => users::put(conn, put),
        Change::RenewHash { user, from, to } => users::renew_hash(conn, *user, from, to),
        Change::InsertSession(session) => sessions::insert(conn, session, commit),
        Change::TouchSession { id, at } => sessions::touch(conn, *id, *at),
        Change::RotateSession { id, read, put, expires_at, at } => {
            sessions::rotate(conn, *id, (read, put), (*at, *expires_at))
        }
        Change::EndSession { id, at, why, .. } => sessions::end(conn, *id, *at, *why),
        Change::InsertLead(lead) => leads::insert(conn, lead, Version::FIRST),
        Change::PutLead(put) => leads::put(conn, put),
        Change::InsertCustomer(customer) => customers::insert(conn, customer, Version::FIRST),
        Change::PutCustomer(put) => customers::put(conn, put),
        Change::DeleteCustomer(customer) => customers::delete(conn, customer),
        Change::InsertNote(note) => notes::insert(conn, note),
        Change::PutNote(note) => notes::put(conn, note),
        Change::DeleteNote(note) => notes::delete(conn, note),
        Change::InsertTask(task) => tasks::insert(conn, task, Version::FIRST, calendar),
        Change::PutTask(put) => tasks::put(conn, put, calendar),
        Change::DeleteTask(task) => tasks::delete(conn, task),
        Change::DeleteNotes(ids) => {
            Ok(ids.iter().try_for_each(|id| crate::rows::note::remove(conn, *id).map(drop))?)
        }
        Change::InsertCleanup(one) => cleanup::insert(conn, one).map(drop).map_err(undone::by_constraint),
        Change::DeleteCleanup(customer) => Ok(cleanup::delete(conn, *customer).map(drop)?),
        Change::PutTransfer(transfer) => Ok(transfer::put(conn, transfer).map(drop)?),
        Change::MarkSetUp => {
            if workspace::mark_set_up(conn)? {
                Ok(())
            } else {
                Err(undone::duplicate(UniqueKey::SetUp))
            }
        }
        Change::OfferSetUp(token) => Ok(workspace::offer_set_up(conn, *token).map(drop)?),
        Change::ForgetSession(id) => sessions::forget(conn, *id),
        // Done with the commit's entries of the audit log.
        Change::PruneAudit(_) => Ok(()),
    }
}
