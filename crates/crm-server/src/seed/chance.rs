//! Chance that comes out the same every time: each record has its own, which follows from its kind and number.

use std::sync::atomic::{AtomicU64, Ordering};

use crm_app::ports::ids::Ids;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use uuid::{Builder, Uuid};

/// The moment that all sample ids claim to be from: 2025-01-01T00:00:00Z, in milliseconds. Older than every id that is
/// minted later.
const MILLIS: u64 = 1_735_689_600_000;

/// What a number is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A user.
    User,
    /// A lead.
    Lead,
    /// A customer.
    Customer,
    /// A task.
    Task,
    /// A note.
    Note,
    /// What else needs an id, by which nothing refers to it: events, commits.
    Other,
}

/// The chance of one record.
pub struct Chance(StdRng);

impl Chance {
    /// The chance of the record of this kind with this number.
    pub fn of(random_seed: u64, kind: Kind, number: u64) -> Self {
        let kind: u64 = match kind {
            Kind::User => 1,
            Kind::Lead => 2,
            Kind::Customer => 3,
            Kind::Task => 4,
            Kind::Other => 5,
            Kind::Note => 6,
        };
        let mut seed = [0; 32];
        let parts = [random_seed, kind, number].map(u64::to_le_bytes);
        for (byte, part) in seed.iter_mut().zip(parts.as_flattened()) {
            *byte = *part;
        }
        Self(StdRng::from_seed(seed))
    }

    /// An id: a UUID of version 7 that grows with the number. Drawn first, so that it does not change with the rest.
    pub fn id(&mut self, number: u64) -> Uuid {
        Builder::from_unix_timestamp_millis(MILLIS + number, &self.0.random()).into_uuid()
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T], otherwise: T) -> T {
        from.choose(&mut self.0).copied().unwrap_or(otherwise)
    }

    /// A number below this one; 0 if there is none.
    pub fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// Whether something happens that happens so many times in a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Ids of what has no number of its own, in the order in which they are minted.
pub struct SeededIds {
    random_seed: u64,
    minted: AtomicU64,
}

impl SeededIds {
    /// A source that begins anew.
    pub fn new(random_seed: u64) -> Self {
        Self { random_seed, minted: AtomicU64::new(0) }
    }
}

impl Ids for SeededIds {
    fn next(&self) -> Uuid {
        let number = self.minted.fetch_add(1, Ordering::Relaxed);
        Chance::of(self.random_seed, Kind::Other, number).id(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_gives_the_same_chance_and_another_one_another() {
        let ids = |seed| (0..100).map(|n| Chance::of(seed, Kind::Lead, n).id(n)).collect::<Vec<_>>();
        assert_eq!(ids(1), ids(1));
        assert_ne!(ids(1), ids(2));
        assert!(ids(1).is_sorted_by(|one, next| one < next));
        assert_ne!(Chance::of(1, Kind::Lead, 0).id(0), Chance::of(1, Kind::Task, 0).id(0));
    }

    #[test]
    fn chance_keeps_within_what_is_asked() {
        let mut chance = Chance::of(7, Kind::Task, 7);
        assert!((0..1_000).all(|_| chance.below(3) < 3));
        assert_eq!(chance.below(0), 0);
        assert!(!chance.percent(0) && chance.percent(100));
    }
}
