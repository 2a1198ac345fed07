//! Lanes: so that writers do not meet where they only count or guard.
//!
//! Two transactions that write one document cannot both go on; one of them begins anew. Counters and guards are
//! written by nearly every commit, so each of them is kept in [`LANES`] documents, one for each lane, and a commit
//! writes those of its lane. Within a server a lane has one commit at a time; between servers two may take the same
//! one, and the one that begins anew takes another. Who changes what a guard stands for writes all its lanes.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many lanes there are. The same on every server, and never fewer than any server of the store has.
pub(crate) const LANES: u8 = 16;

/// Every lane.
pub(crate) fn all() -> impl Iterator<Item = u8> {
    0..LANES
}

/// The lanes of one server.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    free: Arc<Mutex<Vec<u8>>>,
    places: Arc<Semaphore>,
}

/// A lane for as long as it is held.
#[derive(Debug)]
pub(crate) struct Lane {
    number: u8,
    free: Arc<Mutex<Vec<u8>>>,
    _place: OwnedSemaphorePermit,
}

impl Lanes {
    /// All of them free.
    pub(crate) fn new() -> Self {
        Self {
            free: Arc::new(Mutex::new(all().collect())),
            places: Arc::new(Semaphore::new(usize::from(LANES))),
        }
    }

    /// Waits for a lane; of the free ones any, so that servers seldom meet.
    pub(crate) async fn take(&self) -> Option<Lane> {
        let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
        let mut free = self.free.lock();
        if free.is_empty() {
            return None;
        }
        let one = rand::random_range(0..free.len());
        let number = free.swap_remove(one);
        drop(free);
        Some(Lane { number, free: Arc::clone(&self.free), _place: place })
    }
}

impl Lane {
    /// Which lane it is.
    pub(crate) fn number(&self) -> u8 {
        self.number
    }

    /// Another free lane in its place, if there is one.
    pub(crate) fn change(&mut self) {
        let mut free = self.free.lock();
        if !free.is_empty() {
            let one = rand::random_range(0..free.len());
            if let Some(other) = free.get_mut(one) {
                std::mem::swap(other, &mut self.number);
            }
        }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.free.lock().push(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_two_hold_one_lane_and_a_lane_that_is_let_go_is_free_again() {
        let lanes = Lanes::new();
        let mut held = Vec::new();
        for _ in all() {
            held.push(lanes.take().await.unwrap());
        }
        let mut numbers: Vec<u8> = held.iter().map(Lane::number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, all().collect::<Vec<_>>());
        held[0].change();
        let freed = held.pop().unwrap().number();
        assert_eq!(lanes.take().await.unwrap().number(), freed);
    }
}
