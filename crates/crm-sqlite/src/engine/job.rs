//! A write job on its way: queued, run inside a batch, settled after the batch.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::error::{EngineError, JobError};

/// What comes back from the engine: outside whether it could do its work, inside what the job decided.
pub type Answer<T, E> = Result<Result<T, E>, EngineError>;

/// What a write job hands back when it has done its work.
pub struct Written<T> {
    answer: T,
    after_commit: Option<Box<dyn FnOnce() + Send>>,
}

impl<T> Written<T> {
    /// An answer, and nothing to do after the commit.
    pub fn plain(answer: T) -> Self {
        Self { answer, after_commit: None }
    }

    /// An answer, and what the writer thread runs after the COMMIT and before it gives the answer. Not run
    /// when the batch is lost.
    pub fn then(answer: T, after_commit: impl FnOnce() + Send + 'static) -> Self {
        Self { answer, after_commit: Some(Box::new(after_commit)) }
    }
}

/// What the batch has to do with a job's savepoint.
pub(super) enum Ran {
    /// Keep what it wrote.
    Keep,
    /// Undo what it wrote; `failed` when it did not decide so itself.
    Undo { failed: Option<EngineError> },
}

/// How a job was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// All done.
    Fine,
    /// It is committed, but what was to follow panicked: memory may lag behind the store.
    FollowUpPanicked,
}

/// A job without its types, as the queue holds it.
pub(super) trait Job: Send {
    /// Does the work, inside a savepoint. A panic ends here.
    fn run(&mut self, conn: &Connection) -> Ran;

    /// Tells the caller, once the batch is committed or lost.
    fn settle(self: Box<Self>, fate: &Result<(), EngineError>) -> Settled;
}

/// Packs a job for the queue. The answer is dropped unsent when the engine stops before it comes to the job.
pub(super) fn pending<T, E, F>(job: F) -> (Box<dyn Job>, oneshot::Receiver<Answer<T, E>>)
where
    F: FnOnce(&Connection) -> Result<Written<T>, JobError<E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    (Box::new(Pending { job: Some(job), outcome: None, caller }), answer)
}

struct Pending<F, T, E> {
    job: Option<F>,
    outcome: Option<Answer<Written<T>, E>>,
    caller: oneshot::Sender<Answer<T, E>>,
}

impl<F, T, E> Job for Pending<F, T, E>
where
    F: FnOnce(&Connection) -> Result<Written<T>, JobError<E>> + Send,
    T: Send,
    E: Send,
{
    fn run(&mut self, conn: &Connection) -> Ran {
        let Some(job) = self.job.take() else {
            return Ran::Keep;
        };
        let (ran, outcome) = match catch_unwind(AssertUnwindSafe(|| job(conn))) {
            Ok(Ok(written)) => (Ran::Keep, Ok(Ok(written))),
            Ok(Err(JobError::Refused(refusal))) => (Ran::Undo { failed: None }, Ok(Err(refusal))),
            Ok(Err(JobError::Failed(error))) => failed(EngineError::of_statement(error)),
            Err(_) => failed(EngineError::Panicked),
        };
        self.outcome = Some(outcome);
        ran
    }

    fn settle(self: Box<Self>, fate: &Result<(), EngineError>) -> Settled {
        let mut settled = Settled::Fine;
        let answer = match (fate, self.outcome) {
            (Err(lost), _) => Err(lost.clone()),
            (Ok(()), Some(Ok(Ok(written)))) => {
                settled = follow_up(written.after_commit);
                Ok(Ok(written.answer))
            }
            (Ok(()), Some(Ok(Err(refusal)))) => Ok(Err(refusal)),
            (Ok(()), Some(Err(error))) => Err(error),
            // A batch never commits without having run its jobs.
            (Ok(()), None) => return Settled::Fine,
        };
        // A caller that has gone does not want to know.
        drop(self.caller.send(answer));
        settled
    }
}

fn failed<T, E>(error: EngineError) -> (Ran, Answer<Written<T>, E>) {
    (Ran::Undo { failed: Some(error.clone()) }, Err(error))
}

fn follow_up(after_commit: Option<Box<dyn FnOnce() + Send>>) -> Settled {
    match after_commit.map(|after_commit| catch_unwind(AssertUnwindSafe(after_commit))) {
        None | Some(Ok(())) => Settled::Fine,
        Some(Err(_)) => Settled::FollowUpPanicked,
    }
}
