//! A table with an upper end.

use std::collections::BTreeMap;
use std::time::Duration;

use super::entry::Blind;
use crate::timestamp::Timestamp;

/// How far the clocks of servers may be apart; beyond that it is one clock that was set back.
pub(super) const APART: Duration = Duration::from_secs(30);

/// What is counted for one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    /// Failures in a row, those included of which nobody knows yet.
    pub(super) failures: u32,
    /// How many of them nobody knows of yet; never kept.
    pub(super) in_flight: u32,
    /// The moment that waiting is reckoned from.
    pub(super) mark: Timestamp,
    /// When it was changed.
    pub(super) at: Timestamp,
}

impl Count {
    /// Nothing, as of now.
    pub(super) fn new(now: Timestamp) -> Self {
        Self { failures: 0, in_flight: 0, mark: Timestamp::MIN, at: now }
    }

    /// The same as of now. What was changed in the future was changed before the clock was set back: since then no time
    /// has passed, and what waiting is reckoned from goes back as far.
    pub(super) fn as_of(self, now: Timestamp) -> Self {
        let back = self.at.since(now);
        if back <= APART { self } else { Self { mark: self.mark.minus(back), at: now, ..self } }
    }

    /// One more, of which nobody knows yet.
    pub(super) fn begin(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.in_flight = self.in_flight.saturating_add(1);
    }

    /// One of those in flight has failed.
    pub(super) fn confirm(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// One of those in flight has not failed.
    pub(super) fn forgive(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.failures = self.failures.saturating_sub(1);
    }
}

/// Counts by key.
#[derive(Debug)]
pub(super) struct Table {
    counts: BTreeMap<Blind, Count>,
    capacity: usize,
}

impl Table {
    pub(super) fn new(capacity: usize) -> Self {
        Self { counts: BTreeMap::new(), capacity: capacity.max(1) }
    }

    pub(super) fn get(&self, key: Blind) -> Option<&Count> {
        self.counts.get(&key)
    }

    /// The same as of now, and from now on.
    pub(super) fn as_of(&mut self, key: Blind, now: Timestamp) -> Option<&Count> {
        let count = self.counts.get_mut(&key)?;
        *count = count.as_of(now);
        Some(count)
    }

    /// Changes a count; one that is not there is nothing before. Tells what had to be forgotten for it.
    pub(super) fn change(
        &mut self,
        key: Blind,
        now: Timestamp,
        change: impl FnOnce(&mut Count),
    ) -> Vec<Blind> {
        if let Some(count) = self.counts.get_mut(&key) {
            *count = count.as_of(now);
            change(count);
            return Vec::new();
        }
        let mut count = Count::new(now);
        change(&mut count);
        self.put(key, count)
    }

    /// Puts a count in its place. Tells what had to be forgotten for it.
    pub(super) fn put(&mut self, key: Blind, count: Count) -> Vec<Blind> {
        let full = self.counts.len() >= self.capacity && !self.counts.contains_key(&key);
        let forgotten = if full { self.make_room() } else { Vec::new() };
        self.counts.insert(key, count);
        forgotten
    }

    /// Forgets a sixteenth at a time, so that a full table costs little for each that comes: those with the fewest
    /// failures, of these the longest untouched.
    fn make_room(&mut self) -> Vec<Blind> {
        let some = (self.capacity / 16).max(1);
        let mut by_heat: Vec<(u32, Timestamp, Blind)> =
            self.counts.iter().map(|(key, count)| (count.failures, count.at, *key)).collect();
        by_heat.sort_unstable();
        let forgotten: Vec<Blind> = by_heat.into_iter().take(some).map(|(_, _, key)| key).collect();
        for key in &forgotten {
            self.counts.remove(key);
        }
        forgotten
    }
}
