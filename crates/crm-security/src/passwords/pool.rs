//! A few threads for work that keeps a core busy, with a queue that ends.
//!
//! The threads that serve requests wait for an answer only; they are never used for the work, and where the two want
//! the same core, requests come first.

use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crm_app::ports::passwords::HashError;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// The threads and their queue. They end when it is dropped and the queue is empty.
#[derive(Debug)]
pub(super) struct Pool {
    queue: SyncSender<Job>,
}

impl Pool {
    /// Starts the threads; `waiting` is how many jobs may wait for one.
    ///
    /// # Errors
    /// The operating system gave no thread.
    pub(super) fn start(threads: NonZeroUsize, waiting: usize) -> io::Result<Self> {
        let (queue, jobs) = sync_channel(waiting);
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..threads.get() {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new().name(format!("argon2-{number}")).spawn(move || work(&jobs))?;
        }
        Ok(Self { queue })
    }

    /// Does the job on one of the threads, unless by then nobody waits for it any more.
    ///
    /// # Errors
    /// `Busy` if the queue is full; `Failed` if the job panicked.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        self.enqueue(job)?.await.map_err(|_| HashError::Failed)
    }

    /// Puts the job into the queue; the answer comes later.
    pub(super) fn enqueue<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, HashError> {
        let (answer, answered) = oneshot::channel();
        let job = move || {
            if !answer.is_closed() {
                // Fails if the asker left meanwhile, whom nothing needs to be told.
                answer.send(job()).ok();
            }
        };
        self.queue.try_send(Box::new(job)).map_err(|_| HashError::Busy)?;
        Ok(answered)
    }
}

/// How nice the threads are to others (see `nice(1)`): at 10, one that serves requests gets about nine times the share.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Lets other threads go first. Linux keeps the priority of each thread apart; elsewhere it is that of the process,
/// which must not be lowered. Where it is refused, the thread works all the same.
fn let_others_first() {
    #[cfg(target_os = "linux")]
    if rustix::process::getpriority_process(None).is_ok_and(|niceness| niceness < NICENESS) {
        rustix::process::setpriority_process(None, NICENESS).ok();
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    let_others_first();
    loop {
        // The lock is held while waiting for a job, never while doing one.
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else {
            return;
        };
        // A job that panics takes its own answer with it, not the thread.
        catch_unwind(AssertUnwindSafe(job)).ok();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_job_that_panics_fails_and_the_thread_goes_on() {
        let pool = Pool::start(NonZeroUsize::MIN, 1).unwrap();
        assert_eq!(pool.run(|| panic!("on purpose")).await, Err::<(), _>(HashError::Failed));
        assert_eq!(pool.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_job_whose_asker_left_is_not_done() {
        let pool = Pool::start(NonZeroUsize::MIN, 2).unwrap();
        let (release, released) = mpsc::channel::<()>();
        let blocker = pool.enqueue(move || released.recv().unwrap()).unwrap();
        let (done, was_done) = mpsc::channel::<()>();
        // Two wait behind the blocker or one of them beside it; neither can start before it is released.
        drop(pool.enqueue(move || done.send(()).unwrap()).unwrap());
        release.send(()).unwrap();
        blocker.await.unwrap();
        assert_eq!(pool.run(|| 7).await, Ok(7));
        assert!(was_done.try_recv().is_err());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_threads_let_others_first() {
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let before = niceness();
        let pool = Pool::start(NonZeroUsize::MIN, 1).unwrap();
        assert_eq!(pool.run(niceness).await, Ok(before.max(NICENESS)));
        assert_eq!(niceness(), before, "only the pool's own");
    }

    #[tokio::test]
    async fn the_threads_have_names_of_their_own() {
        let pool = Pool::start(NonZeroUsize::MIN, 1).unwrap();
        let name = pool.run(|| thread::current().name().map(str::to_owned)).await.unwrap();
        assert_eq!(name.as_deref(), Some("argon2-0"));
    }
}
