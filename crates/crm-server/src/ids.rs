//! New ids: UUIDs of version 7 (RFC 9562) that grow in the order in which they were minted.

use std::sync::{Arc, Mutex, PoisonError};

use crm_app::ports::clock::Clock;
use crm_app::ports::ids::Ids;
use uuid::{Builder, Uuid};

/// Mints ids of the time and of chance. Of one millisecond's ids the first is random and each further one is greater
/// by a random step (RFC 9562, 6.2, method 2); a clock that goes back is not followed.
pub struct GrowingIds {
    clock: Arc<dyn Clock>,
    last: Mutex<Minted>,
}

/// What makes an id: 48 bits of milliseconds and 74 bits of chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Minted {
    millis: u64,
    chance: u128,
}

const CHANCE_BITS: u32 = 74;
/// The part of the chance that stands behind the variant.
const LOW_BITS: u32 = 62;

impl GrowingIds {
    /// A source that takes its time from `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, last: Mutex::new(Minted { millis: 0, chance: 0 }) }
    }
}

impl Ids for GrowingIds {
    fn next(&self) -> Uuid {
        let now = u64::try_from(self.clock.now().millis()).unwrap_or(0);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = last.followed_by(now, rand::random());
        last.uuid()
    }
}

impl Minted {
    fn followed_by(self, now: u64, random: u128) -> Self {
        if now > self.millis {
            // The highest bit stays free, so that the steps of one millisecond have room.
            return Self { millis: now, chance: random & mask(CHANCE_BITS - 1) };
        }
        let chance = self.chance + 1 + (random & mask(32));
        if chance > mask(CHANCE_BITS) {
            return Self { millis: self.millis + 1, chance: random & mask(CHANCE_BITS - 1) };
        }
        Self { millis: self.millis, chance }
    }

    fn uuid(self) -> Uuid {
        let high = u16::try_from(self.chance >> LOW_BITS).unwrap_or(u16::MAX);
        let low = u64::try_from(self.chance & mask(LOW_BITS)).unwrap_or(u64::MAX);
        let mut bytes = [0; 10];
        for (byte, value) in bytes.iter_mut().zip(high.to_be_bytes().into_iter().chain(low.to_be_bytes())) {
            *byte = value;
        }
        // Lays the version over the four highest bits and the variant over the two in the middle, which are free.
        Builder::from_unix_timestamp_millis(self.millis, &bytes).into_uuid()
    }
}

fn mask(bits: u32) -> u128 {
    (1 << bits) - 1
}

#[cfg(test)]
mod tests {
    use crm_domain::timestamp::Timestamp;

    use super::*;

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp::parse("2026-03-20T09:00:00Z").unwrap()
        }
    }

    #[test]
    fn ids_of_one_millisecond_grow_and_are_of_version_7() {
        let ids = GrowingIds::new(Arc::new(Stopped));
        let minted: Vec<Uuid> = (0..10_000).map(|_| ids.next()).collect();
        assert!(minted.is_sorted_by(|one, next| one < next));
        assert!(minted.iter().all(|id| id.get_version_num() == 7));
        assert!(minted.iter().all(|id| id.get_variant() == uuid::Variant::RFC4122));
    }

    #[test]
    fn ids_grow_over_a_clock_that_goes_back_and_over_a_full_millisecond() {
        let full = Minted { millis: 1_000, chance: mask(CHANCE_BITS) };
        let next = full.followed_by(10, 7);
        assert!(next.uuid() > full.uuid());
        assert_eq!(next.millis, 1_001);
    }

    #[test]
    fn ids_of_many_threads_are_different() {
        let ids = GrowingIds::new(Arc::new(Stopped));
        let mut minted: Vec<Uuid> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..4).map(|_| scope.spawn(|| (0..1_000).map(|_| ids.next()).collect::<Vec<_>>())).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        minted.sort_unstable();
        minted.dedup();
        assert_eq!(minted.len(), 4_000);
    }
}
