//! How many requests are answered at a time: beyond the limit it is better to say so at once than to be slow for all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the requests that are being answered.
#[derive(Debug, Clone)]
pub(crate) struct InFlight {
    now: Arc<AtomicUsize>,
    most: usize,
}

/// A request that is being answered; dropping it makes room.
#[derive(Debug)]
pub(crate) struct Admitted(Arc<AtomicUsize>);

impl InFlight {
    pub(crate) fn new(most: usize) -> Self {
        Self { now: Arc::new(AtomicUsize::new(0)), most }
    }

    /// Room for one more, if there is.
    pub(crate) fn admit(&self) -> Option<Admitted> {
        let before = self.now.fetch_add(1, Ordering::AcqRel);
        let admitted = Admitted(Arc::clone(&self.now));
        (before < self.most).then_some(admitted)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_many_and_again_when_one_is_gone() {
        let in_flight = InFlight::new(2);
        let first = in_flight.admit().unwrap();
        let second = in_flight.admit().unwrap();
        assert!(in_flight.admit().is_none());
        assert!(in_flight.admit().is_none(), "a refusal takes no room");
        drop(first);
        assert!(in_flight.admit().is_some());
        drop(second);
    }
}
