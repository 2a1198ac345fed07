//! Reading, deciding and committing until the decision holds.
//!
//! A commit is decided upon what was read. When something of that has changed meanwhile, the store says
//! [`Verdict::Stale`] and wrote nothing; the use case then reads and decides again. All use cases do so through this
//! one helper, which also queues the writers of one record and gives up at the deadline.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crm_domain::access::actor::Actor;
use crm_domain::refusal::Refusal;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::audit::derive::derived;
use crate::commit::expect::Expect;
use crate::commit::{Commit, UniqueKey, Verdict};
use crate::context::Ctx;
use crate::deadline;
use crate::error::{AppError, StoreError};

tokio::task_local! {
    static DECIDING: ();
}

/// Whether this is called by an attempt of [`decide`]. What takes long, such as hashing a password, is done before.
pub fn is_deciding() -> bool {
    DECIDING.try_with(|()| ()).is_ok()
}

/// What an attempt decided.
#[derive(Debug)]
pub enum Decision<T> {
    /// Write this, then answer that.
    Commit(Box<Commit>, T),
    /// There is nothing to write; answer that.
    Answer(T),
}

impl<T> Decision<T> {
    /// Write this, then answer that.
    pub fn commit(commit: Commit, answer: T) -> Self {
        Self::Commit(Box::new(commit), answer)
    }

    /// The decision with another answer.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Decision<U> {
        match self {
            Self::Commit(commit, answer) => Decision::Commit(commit, make(answer)),
            Self::Answer(answer) => Decision::Answer(make(answer)),
        }
    }
}

/// Runs `attempt` until what it decided could be committed or needs no commit.
///
/// `attempt` gets the actor as they are by then, reads, and decides; it has no effect of its own and hashes no password.
/// `records` are those
/// that will be written: their writers wait for each other in line. The commit is made to hold only while the actor
/// still stands as they did when it was decided, and gets the entries of the audit log that follow from its changes.
///
/// If the answer is to be kept ([`Ctx::keeping`]), it goes into the commit; where there is nothing else to write, it is a
/// commit of its own.
///
/// All of it takes no longer than [`crate::context::Rules::deadline`], with what the request asked before.
///
/// # Errors
/// What `attempt` says; [`AppError::Busy`] at the deadline where others were faster; [`AppError::Store`] if the store
/// fails or is slower than the deadline, with [`StoreError::OutcomeUnknown`] where it may have written;
/// [`Refusal::EmailTaken`] and [`Refusal::AlreadySetUp`] for keys that another record holds;
/// [`AppError::StillRunning`] if the request was done by somebody else meanwhile.
pub async fn decide<T, F, A>(ctx: &Ctx, actor: &Actor, records: &[Uuid], attempt: F) -> Result<T, AppError>
where
    T: Any,
    F: Fn(Actor) -> A,
    A: Future<Output = Result<Decision<T>, AppError>>,
{
    let deadline = Instant::now() + deadline::left(ctx.rules.deadline);
    let Ok(_turn) = timeout_at(deadline, ctx.queue.turn(records)).await else {
        return Err(AppError::Busy);
    };
    let mut tries: u32 = 0;
    loop {
        let current = ctx.current(actor)?;
        let standing = standing(&current);
        let who = current.clone();
        let decision = timeout_at(deadline, DECIDING.scope((), attempt(current))).await;
        let (commit, answer) = match decision.map_err(|_| unread())?? {
            Decision::Answer(answer) => match ctx.keeping.keep(&answer, || ctx.now())? {
                None => return Ok(answer),
                replay @ Some(_) => (Commit { replay, ..Commit::new(ctx.commit_id()) }, answer),
            },
            Decision::Commit(commit, answer) => {
                let replay = ctx.keeping.keep(&answer, || ctx.now())?;
                (Commit { replay, ..*commit }, answer)
            }
        };
        let mut commit = standing.into_iter().fold(commit, Commit::expect);
        let told = derived(ctx, &who, &commit);
        commit.audit.extend(told);
        let commit = ctx.trail.seal(commit)?;
        let verdict = timeout_at(deadline, ctx.stores.commits.commit(Arc::new(commit))).await;
        match verdict.map_err(|_| undecided())?? {
            Verdict::Applied => return Ok(answer),
            Verdict::Stale | Verdict::Duplicate(UniqueKey::Id | UniqueKey::Fingerprint) => {}
            Verdict::Duplicate(UniqueKey::Replay) => return Err(AppError::StillRunning),
            Verdict::Duplicate(UniqueKey::Email) => return Err(Refusal::EmailTaken.into()),
            Verdict::Duplicate(UniqueKey::SetUp) => return Err(Refusal::AlreadySetUp.into()),
        }
        tries += 1;
        let pause = jitter(ctx, tries);
        if Instant::now() + pause >= deadline {
            return Err(AppError::Busy);
        }
        tokio::time::sleep(pause).await;
    }
}

fn unread() -> StoreError {
    StoreError::Unavailable("what the decision rests on could not be read in time".into())
}

fn undecided() -> StoreError {
    StoreError::OutcomeUnknown("the store did not answer in time".into())
}

fn standing(actor: &Actor) -> Option<Expect> {
    actor.user().map(|user| Expect::ActorStands {
        user: user.id,
        role: user.role,
        access_version: user.access_version,
    })
}

/// A pause that doubles up to 64 ms, cut at random so that rivals do not meet again. The randomness is an id's.
fn jitter(ctx: &Ctx, tries: u32) -> Duration {
    let most = 1_000_u64 << tries.min(6);
    let (_, random) = ctx.ids.next().as_u64_pair();
    Duration::from_micros(random % most)
}
