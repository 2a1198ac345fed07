//! Whether the server can do its work, asked of the store at most once a second.
//!
//! Monitors and load balancers ask often, and many at a time. Those that ask during a check wait for it and share its
//! result, which then holds for [`Readiness::HOLDS_FOR`].

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::error::StoreError;
use crate::ports::workspace::Workspaces;

/// The last result, and the lock under which the next one is found.
#[derive(Debug, Default)]
pub struct Readiness {
    last: Mutex<Option<(Instant, Result<(), NotReady>)>>,
}

/// Why the server is not ready.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotReady {
    /// The store did not answer in time.
    #[error("the store did not answer in time")]
    Late,
    /// The store cannot do its work.
    #[error("the store cannot do its work")]
    Store(#[source] Arc<StoreError>),
}

impl Readiness {
    /// Within which time the store must answer.
    pub const WITHIN: Duration = Duration::from_secs(1);
    /// For how long a result holds.
    pub const HOLDS_FOR: Duration = Duration::from_secs(1);

    /// Gives the result of the last check, or of a new one.
    ///
    /// # Errors
    /// [`NotReady`].
    pub async fn check(&self, store: &dyn Workspaces) -> Result<(), NotReady> {
        let mut last = self.last.lock().await;
        if let Some((at, result)) = last.as_ref()
            && at.elapsed() < Self::HOLDS_FOR
        {
            return result.clone();
        }
        let result = match tokio::time::timeout(Self::WITHIN, store.ping()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(NotReady::Store(Arc::new(error))),
            Err(_) => Err(NotReady::Late),
        };
        *last = Some((Instant::now(), result.clone()));
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use futures_util::future::join_all;
    use tokio::time::advance;

    use super::*;
    use crate::ports::workspace::Workspace;

    /// A store that takes this long to say that it is gone.
    struct Slow {
        takes: Duration,
        asked: AtomicUsize,
    }

    #[async_trait]
    impl Workspaces for Slow {
        async fn workspace(&self) -> Result<Workspace, StoreError> {
            std::future::pending().await
        }

        async fn ping(&self) -> Result<(), StoreError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(self.takes).await;
            Err(StoreError::Unavailable("gone".into()))
        }
    }

    /// Asks twenty times at once; gives the results and how often the store was asked so far.
    async fn ask(readiness: &Readiness, store: &Slow) -> (Vec<Result<(), NotReady>>, usize) {
        let results = join_all((0..20).map(|_| readiness.check(store))).await;
        (results, store.asked.load(Ordering::Relaxed))
    }

    #[tokio::test(start_paused = true)]
    async fn questions_of_one_second_share_one_check_and_its_result() {
        let store = Slow { takes: Duration::from_millis(300), asked: AtomicUsize::new(0) };
        let readiness = Readiness::default();
        for (waits, checks) in [(Duration::ZERO, 1), (Readiness::HOLDS_FOR / 2, 1), (Readiness::HOLDS_FOR, 2)]
        {
            advance(waits).await;
            let (results, asked) = ask(&readiness, &store).await;
            assert!(results.iter().all(|result| matches!(result, Err(NotReady::Store(_)))), "{results:?}");
            assert_eq!(asked, checks, "after {waits:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_says_nothing_is_waited_for_once_and_not_longer_than_a_second() {
        let store = Slow { takes: Duration::from_hours(1), asked: AtomicUsize::new(0) };
        let begun = Instant::now();
        let (results, asked) = ask(&Readiness::default(), &store).await;
        assert!(results.iter().all(|result| matches!(result, Err(NotReady::Late))), "{results:?}");
        assert_eq!((begun.elapsed(), asked), (Readiness::WITHIN, 1));
    }
}
