//! Applying commits: the one way to write.
//!
//! A commit becomes commands (`plan.rs`), which run in one transaction (`transaction.rs`), again and again until one
//! holds or the deadline passes. Whatever does not hold undoes the transaction; a commit that was applied by an earlier
//! try is told from one that does not hold by its id. What lost its connection half way is ended: `abandoned.rs`.

pub(crate) mod abandoned;
mod audit;
mod changes;
mod expects;
mod known;
pub(crate) mod plan;
pub(crate) mod step;
pub(crate) mod transaction;

use std::sync::Arc;

use async_trait::async_trait;
use crm_app::commit::change::Change;
use crm_app::commit::{Commit, Verdict};
use crm_app::error::StoreError;
use crm_app::ports::commits::Commits;
use parking_lot::Mutex;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::error::{Failure, is_silence, unavailable};
use crate::gates::Passage;
use crate::lanes::Lane;
use crate::store::{Inner, MongoStore};

#[async_trait]
impl Commits for MongoStore {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Verdict, StoreError> {
        let deadline = self.inner().options.deadline;
        let until = Instant::now() + deadline;
        let inner = Arc::clone(self.inner());
        let held = Held::default();
        // A call that is given up may hang for long: what it holds is for others by then.
        let _released = Released(held.clone());
        let call = {
            let held = held.clone();
            async move { one(&inner, commit, until, &held).await }
        };
        let answer = self.inner().calls.within(deadline, call);
        match self.inner().writes.pass(deadline, is_silence, answer).await {
            Err(StoreError::Unavailable(cause)) if held.give_up() => Err(StoreError::OutcomeUnknown(cause)),
            answer => answer,
        }
    }
}

/// What a commit holds while it runs: its turn on its records and on the audit log, its place within the gates of users,
/// and its lane; and whether its COMMIT was sent with no answer so far.
#[derive(Clone, Default)]
pub(crate) struct Held(Arc<Mutex<Holding>>);

#[derive(Default)]
struct Holding {
    turn: Option<crm_app::queue::Turn>,
    passage: Option<Passage>,
    audit: Option<OwnedMutexGuard<()>>,
    lane: Option<Lane>,
    sent: bool,
    /// Nobody waits any more: what was not sent by then never is.
    given_up: bool,
}

/// Lets go of what is held when whoever waits for the commit goes away, for whatever reason.
struct Released(Held);

impl Drop for Released {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl Held {
    /// The lane's number, another lane first if asked for. Lanes are there to be out of each other's way: who holds
    /// none any more takes the first.
    pub(crate) fn lane(&self, another: bool) -> u8 {
        let mut held = self.0.lock();
        match &mut held.lane {
            Some(lane) => {
                if another {
                    lane.change();
                }
                lane.number()
            }
            None => 0,
        }
    }

    /// Waits for a turn on these records, at the gates of users, on the audit log if something goes into it, and for a
    /// lane: last, since who holds a lane is in the way of others.
    pub(crate) async fn take(
        &self,
        inner: &Inner,
        records: &[Uuid],
        commits: &[Arc<Commit>],
        until: Instant,
    ) -> Result<(), StoreError> {
        let late = |_| unavailable(Failure::Deadline);
        let turn = timeout_at(until, inner.queue.turn(records)).await.map_err(late)?;
        let passage = timeout_at(until, inner.gates.pass(commits)).await.map_err(late)?;
        let audit = if commits.iter().any(|commit| !commit.audit.is_empty()) {
            Some(timeout_at(until, Arc::clone(&inner.audit).lock_owned()).await.map_err(late)?)
        } else {
            None
        };
        let own_lane = timeout_at(until, inner.lanes.take()).await.map_err(late)?;
        let mut held = self.0.lock();
        (held.turn, held.passage, held.audit, held.lane) = (Some(turn), Some(passage), audit, own_lane);
        Ok(())
    }

    /// Notes that a COMMIT is on its way, unless it was given up; says whether it may be sent.
    pub(crate) fn may_send(&self) -> bool {
        let mut held = self.0.lock();
        held.sent = !held.given_up;
        held.sent
    }

    /// Notes that a COMMIT was answered, with something that tells what became of it.
    pub(crate) fn is_answered(&self) {
        self.0.lock().sent = false;
    }

    /// From now on no COMMIT is sent; says whether one is on its way.
    fn give_up(&self) -> bool {
        let mut held = self.0.lock();
        held.given_up = true;
        held.sent
    }

    fn release(&self) {
        let mut held = self.0.lock();
        held.given_up = true;
        (held.turn, held.passage, held.audit, held.lane) = (None, None, None, None);
    }
}

async fn one(inner: &Inner, commit: Arc<Commit>, until: Instant, held: &Held) -> Result<Verdict, StoreError> {
    let records = written(&commit.changes);
    let commits = [commit];
    held.take(inner, &records, &commits, until).await?;
    match transaction::run(inner, &commits, until, held).await? {
        Verdict::Applied => {}
        refused @ (Verdict::Stale | Verdict::Duplicate(_)) => {
            let [commit] = &commits;
            if !known::is_known(inner, commit).await? {
                return Ok(refused);
            }
        }
    }
    let [commit] = commits;
    inner.following.took(&commit);
    Ok(Verdict::Applied)
}

/// Applies all commits that were not applied before in one transaction, or none.
pub(crate) async fn load(inner: &Inner, commits: Vec<Arc<Commit>>, until: Instant) -> Result<(), StoreError> {
    let held = Held::default();
    held.take(inner, &[], &commits, until).await?;
    let known = known::of(inner, &commits).await?;
    let new: Vec<Arc<Commit>> =
        commits.iter().filter(|commit| !known.contains(&commit.id)).cloned().collect();
    match transaction::run(inner, &new, until, &held).await? {
        Verdict::Applied => {}
        Verdict::Stale => return Err(refused("a commit rests on something that has changed")),
        Verdict::Duplicate(_) => return Err(refused("a commit uses a key that is taken")),
    }
    // What was applied before is taken over again, which changes nothing.
    for commit in &commits {
        inner.following.took(commit);
    }
    Ok(())
}

fn refused(why: &'static str) -> StoreError {
    unavailable(Failure::Defect(why))
}

/// The records that are written, whose writers wait for each other here rather than meet in the database.
fn written(changes: &[Change]) -> Vec<Uuid> {
    changes
        .iter()
        .filter_map(|change| match change {
            Change::PutUser(put) => Some(put.after.id.uuid()),
            Change::PutLead(put) => Some(put.after.id.uuid()),
            Change::PutCustomer(put) => Some(put.after.id.uuid()),
            Change::DeleteCustomer(customer) => Some(customer.record().id.uuid()),
            Change::PutTask(put) => Some(put.after.id.uuid()),
            Change::DeleteTask(task) => Some(task.record().id.uuid()),
            Change::RenewHash { user, .. } => Some(user.uuid()),
            Change::TouchSession { id, .. }
            | Change::RotateSession { id, .. }
            | Change::EndSession { id, .. } => Some(id.uuid()),
            Change::PutTransfer(transfer) => Some(transfer.from.uuid()),
            Change::InsertCleanup(one) => Some(one.customer.uuid()),
            Change::DeleteCleanup(customer) => Some(customer.uuid()),
            Change::InsertUser(_)
            | Change::InsertSession(_)
            | Change::InsertLead(_)
            | Change::InsertCustomer(_)
            | Change::InsertTask(_)
            | Change::InsertNote(_)
            | Change::PutNote(_)
            | Change::DeleteNote(_)
            | Change::DeleteNotes(_)
            | Change::MarkSetUp
            | Change::OfferSetUp(_)
            | Change::ForgetSession(_)
            | Change::PruneAudit(_) => None,
        })
        .collect()
}
