//! Running a plan in one transaction, again and again until it holds, does not hold, or time is up.
//!
//! The driver's own loop goes on for two minutes and asks for the work anew; ours has a deadline and runs the same
//! plan. What the server calls transient begins anew, in another lane; a COMMIT whose outcome is unknown is sent again.

use std::sync::Arc;
use std::time::Duration;

use bson::Document;
use crm_app::commit::{Commit, Verdict};
use crm_app::error::StoreError;
use crm_domain::calendar::Calendar;
use mongodb::ClientSession;
use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT};
use mongodb::options::ReadConcern;
use tokio::time::Instant;

use super::Held;
use super::plan::Plan;
use super::step::{Halt, Step};
use crate::error::{Failure, store_error, unavailable};
use crate::reader::Reader;
use crate::store::{Inner, defect};
use crate::{following, workspace};

/// How an attempt ended that was not applied.
pub(crate) enum Ended {
    /// The answer to a command.
    Halted(Halt),
    /// What the driver said.
    Failed(Error),
    /// What could not be read.
    Unread(StoreError),
}

/// How a plan ended.
pub(crate) enum Outcome {
    /// It is on the disks of most members, or does not hold.
    Judged(Verdict),
    /// It was made for another calendar.
    Calendar,
}

/// Applies all commits or none. [`Verdict::Applied`] only once most members have them on their disks.
pub(super) async fn run(
    inner: &Inner,
    commits: &[Arc<Commit>],
    until: Instant,
    held: &Held,
) -> Result<Verdict, StoreError> {
    let mut calendar = inner.following.mirror().calendar();
    loop {
        let plan = Plan::of(commits, calendar)?;
        match carry_out(inner, &plan, until, held).await? {
            Outcome::Judged(verdict) => return Ok(verdict),
            Outcome::Calendar => calendar = moved(inner, calendar).await?,
        }
    }
}

/// Runs a plan until it is judged.
pub(crate) async fn carry_out(
    inner: &Inner,
    plan: &Plan,
    until: Instant,
    held: &Held,
) -> Result<Outcome, StoreError> {
    let mut lane = held.lane(false);
    let mut tries = 0;
    loop {
        match attempt(inner, plan, lane, until, held).await {
            Ok(()) => return Ok(Outcome::Judged(Verdict::Applied)),
            Err(Ended::Halted(Halt::Refused(verdict))) => return Ok(Outcome::Judged(verdict)),
            Err(Ended::Halted(Halt::Calendar)) => return Ok(Outcome::Calendar),
            Err(ended) => again(ended, &mut tries, until).await?,
        }
        lane = held.lane(true);
    }
}

async fn attempt(inner: &Inner, plan: &Plan, lane: u8, until: Instant, held: &Held) -> Result<(), Ended> {
    let session = begin(inner, until).await?;
    let going = inner.transactions.begin(session.id(), until);
    let ended = go_through(inner, session, plan, lane, until, held).await;
    going.ended(&ended);
    ended
}

async fn go_through(
    inner: &Inner,
    mut session: ClientSession,
    plan: &Plan,
    lane: u8,
    until: Instant,
    held: &Held,
) -> Result<(), Ended> {
    take(inner, &mut session, &plan.steps(lane)).await?;
    if let Some(audit) = plan.audit() {
        let mut reader = Reader::within(inner.source(), session, inner.options.deadline);
        let steps = audit.steps(&mut reader).await;
        let own = reader.into_session().ok_or_else(|| Ended::Unread(defect("a session is gone")))?;
        session = own;
        match steps {
            Ok(steps) => take(inner, &mut session, &steps).await?,
            Err(error) => {
                // Undone by the server by itself, if this does not reach it.
                let _undone_anyway = session.abort_transaction().await;
                return Err(Ended::Unread(error));
            }
        }
    }
    if !held.may_send() {
        // Whoever waited was told that nothing was done.
        let _undone_anyway = session.abort_transaction().await;
        return Err(Ended::Unread(unavailable(Failure::Deadline)));
    }
    let finished = finish(&mut session, until).await;
    // What the server knows nothing of was not committed; of anything else it is not known.
    let is_known = match &finished {
        Ok(()) => true,
        Err(Ended::Failed(error)) => {
            error.contains_label(TRANSIENT_TRANSACTION_ERROR)
                && !error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT)
        }
        Err(Ended::Halted(_) | Ended::Unread(_)) => false,
    };
    if is_known {
        held.is_answered();
    }
    finished
}

/// Begins a transaction of one moment, that is on the disks of most members when it is through.
pub(crate) async fn begin(inner: &Inner, until: Instant) -> Result<ClientSession, Ended> {
    let mut session = inner.db.client().start_session().await.map_err(Ended::Failed)?;
    let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
    let begun = session.start_transaction().read_concern(ReadConcern::snapshot());
    begun.write_concern(inner.options.durable()).max_commit_time(left).await.map_err(Ended::Failed)?;
    Ok(session)
}

/// Runs commands in a transaction, which is undone if one of them does not hold.
pub(crate) async fn take(inner: &Inner, session: &mut ClientSession, steps: &[Step]) -> Result<(), Ended> {
    for step in steps {
        if let Err(ended) = take_one(inner, session, step).await {
            // Undone by the server by itself, if this does not reach it.
            let _undone_anyway = session.abort_transaction().await;
            return Err(ended);
        }
    }
    Ok(())
}

/// Ends a transaction so that it stays.
pub(crate) async fn finish(session: &mut ClientSession, until: Instant) -> Result<(), Ended> {
    loop {
        match session.commit_transaction().await {
            Ok(()) => return Ok(()),
            Err(error)
                if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) && Instant::now() < until =>
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => return Err(Ended::Failed(error)),
        }
    }
}

/// Waits a little before a transaction begins anew that met another or lost its primary.
///
/// # Errors
/// What ended it, if that would end it again; [`Failure::Deadline`] if there is no time left.
pub(crate) async fn again(ended: Ended, tries: &mut u32, until: Instant) -> Result<(), StoreError> {
    match ended {
        Ended::Halted(Halt::Again) => {}
        Ended::Failed(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => {}
        Ended::Failed(error) => return Err(store_error(&error)),
        Ended::Unread(error) => return Err(error),
        Ended::Halted(Halt::Full) => return Err(StoreError::Full),
        Ended::Halted(Halt::Failed(code)) => {
            return Err(unavailable(Failure::Refused { code, name: "of a statement".to_owned() }));
        }
        Ended::Halted(Halt::Refused(_) | Halt::Calendar) => {
            return Err(defect("MongoDB refused a statement"));
        }
    }
    let pause = pause(*tries);
    *tries += 1;
    if Instant::now() + pause >= until {
        return Err(unavailable(Failure::Deadline));
    }
    tokio::time::sleep(pause).await;
    Ok(())
}

async fn take_one(inner: &Inner, session: &mut ClientSession, step: &Step) -> Result<(), Ended> {
    match inner.db.run_command(step.command()).session(session).await {
        Ok(answer) => step.judge(&answer).map_err(Ended::Halted),
        Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => Err(Ended::Failed(error)),
        Err(error) => Err(refusal(step, error)),
    }
}

/// A command that was refused as a whole: a key that is taken may be told so too.
fn refusal(step: &Step, error: Error) -> Ended {
    let Some(code) = crate::error::code(&error) else { return Ended::Failed(error) };
    let told = error.server_response().and_then(|raw| Document::try_from(raw.clone()).ok());
    let mut told = told.unwrap_or_default();
    told.entry("code").or_insert_with(|| code.into());
    match step.halt(&told) {
        Halt::Failed(_) => Ended::Failed(error),
        halt @ (Halt::Refused(_) | Halt::Calendar | Halt::Again | Halt::Full) => Ended::Halted(halt),
    }
}

/// The calendar that another server has put in the place of this one.
async fn moved(inner: &Inner, from: Calendar) -> Result<Calendar, StoreError> {
    following::reload(inner).await?;
    let now = inner.following.mirror().calendar();
    if now == from {
        // The workspace and its lanes are written together; a lane that was never made is made by opening.
        let mut reader = inner.reader(inner.options.deadline);
        return workspace::calendar(&mut reader).await;
    }
    Ok(now)
}

/// A pause that doubles up to 64 ms, cut at random so that rivals do not meet again.
fn pause(tries: u32) -> Duration {
    let most = 1_000_u64 << tries.min(6);
    Duration::from_micros(rand::random_range(0..=most))
}
