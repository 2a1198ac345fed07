//! How many failures are borne.

use std::time::Duration;

/// So many at once, then one in a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many at once; at least 1.
    pub at_once: u32,
    /// How long until there is room for one more.
    pub every: Duration,
}

/// A few for nothing, then waits that double, and an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// How many need no waiting.
    pub free: u32,
    /// The longest wait; the first is one second.
    pub longest: Duration,
    /// After how many in a row no further one is looked at.
    pub most: u32,
}

/// The limit of each layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For all that comes from one address.
    pub address: Pace,
    /// For all strangers of one account together; `most` holds for every layer that is about an account.
    pub stranger: Backoff,
    /// For each source that signed in to an account before.
    pub known: Pace,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address: Pace { at_once: 10, every: Duration::from_secs(6) },
            stranger: Backoff { free: 5, longest: Duration::from_mins(15), most: 100 },
            known: Pace { at_once: 10, every: Duration::from_secs(10) },
        }
    }
}

impl Limits {
    /// Limits that nobody reaches, for tests of other things.
    pub fn none() -> Self {
        let pace = Pace { at_once: u32::MAX, every: Duration::ZERO };
        let stranger = Backoff { free: u32::MAX, longest: Duration::ZERO, most: u32::MAX };
        Self { address: pace, stranger, known: pace }
    }
}

/// How much more a network may fail than one of its addresses.
const NETWORK_FACTOR: u32 = 4;

impl Limits {
    /// For all that comes from one network, which holds many addresses: four times what one of them may.
    pub fn network(&self) -> Pace {
        Pace {
            at_once: self.address.at_once.saturating_mul(NETWORK_FACTOR),
            every: self.address.every / NETWORK_FACTOR,
        }
    }
}

impl Backoff {
    /// How long after the last of so many failures the next may come: 1, 2, 4 … seconds.
    pub fn wait_after(self, failures: u32) -> Duration {
        let Some(doublings) = failures.checked_sub(self.free) else {
            return Duration::ZERO;
        };
        let seconds = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
        Duration::from_secs(seconds).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_are_free_and_then_waits_double_up_to_a_quarter_of_an_hour() {
        let waits = |range: std::ops::Range<u32>| -> Vec<u64> {
            range.map(|failures| Limits::default().stranger.wait_after(failures).as_secs()).collect()
        };
        assert_eq!(waits(0..8), [0, 0, 0, 0, 0, 1, 2, 4]);
        assert_eq!(waits(13..17), [256, 512, 900, 900]);
        assert_eq!(waits(99..100), [900]);
        assert_eq!(Limits::none().stranger.wait_after(u32::MAX), Duration::ZERO);
    }
}
