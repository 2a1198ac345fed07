//! How many requests are answered at a time. Beyond that some wait a moment for room; beyond those it is better to say
//! no than to be slow for all.
//!
//! No is said after the same moment and not at once: many clients ask again as soon as they are told, and to tell them
//! over and over takes the time of those who could be answered. Whoever waits takes none.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

/// Counts the requests that are being answered.
#[derive(Debug, Clone)]
pub(crate) struct InFlight {
    rooms: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
    patience: Duration,
}

/// A request that is being answered; dropping it makes room.
#[derive(Debug)]
pub(crate) struct Admitted {
    _room: OwnedSemaphorePermit,
}

/// A request that waits; dropping it ends that.
struct Waiting<'a>(&'a AtomicUsize);

impl InFlight {
    /// Room for `most`, and for `most_waiting` that wait so long at most.
    pub(crate) fn new(most: usize, most_waiting: usize, patience: Duration) -> Self {
        let rooms = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Self { rooms, waiting: Arc::default(), most_waiting, patience }
    }

    /// Room for one more, if there is or will be soon.
    pub(crate) async fn admit(&self) -> Option<Admitted> {
        if let Ok(room) = Arc::clone(&self.rooms).try_acquire_owned() {
            return Some(Admitted { _room: room });
        }
        let before = self.waiting.fetch_add(1, Ordering::AcqRel);
        let waiting = Waiting(&self.waiting);
        if before >= self.most_waiting {
            drop(waiting);
            sleep(self.patience).await;
            return None;
        }
        let room = timeout(self.patience, Arc::clone(&self.rooms).acquire_owned()).await;
        drop(waiting);
        Some(Admitted { _room: room.ok()?.ok()? })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn there_is_room_for_so_many_and_again_when_one_is_gone() {
        let in_flight = InFlight::new(2, 0, PATIENCE);
        let first = in_flight.admit().await.unwrap();
        let second = in_flight.admit().await.unwrap();
        assert!(in_flight.admit().await.is_none());
        assert!(in_flight.admit().await.is_none(), "a refusal takes no room");
        drop(first);
        assert!(in_flight.admit().await.is_some());
        drop(second);
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_wait_for_so_long() {
        let in_flight = InFlight::new(1, 1, PATIENCE);
        let first = in_flight.admit().await.unwrap();
        let begun = tokio::time::Instant::now();
        assert!(in_flight.admit().await.is_none(), "no room came free");
        assert_eq!(begun.elapsed(), PATIENCE);

        let mut second = Box::pin(in_flight.admit());
        assert!(second.as_mut().now_or_never().is_none(), "it waits");
        let mut third = Box::pin(in_flight.admit());
        let begun = tokio::time::Instant::now();
        assert!(third.as_mut().now_or_never().is_none(), "another is not told at once");
        drop(first);
        assert!(second.await.is_some());
        assert!(third.await.is_none(), "nor does it wait for room");
        assert_eq!(begun.elapsed(), PATIENCE);
        assert!(in_flight.admit().await.is_some(), "nobody waits any more");
    }
}
