//! A clock that stands still until it is told otherwise.

use std::time::Duration;

use crm_app::ports::clock::Clock;
use crm_domain::timestamp::Timestamp;
use parking_lot::Mutex;

/// Tells the time it was set to.
#[derive(Debug)]
pub struct FixedClock {
    now: Mutex<Timestamp>,
}

impl FixedClock {
    /// A clock that shows this moment.
    pub fn at(now: Timestamp) -> Self {
        Self { now: Mutex::new(now) }
    }

    /// Shows another moment from now on, be it earlier or later.
    pub fn set(&self, now: Timestamp) {
        *self.now.lock() = now;
    }

    /// Goes forward and tells the new time.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let mut now = self.now.lock();
        *now = now.plus(by);
        *now
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.now.lock()
    }
}

/// A Friday morning in March 2026, before the clocks of Europe change.
impl Default for FixedClock {
    fn default() -> Self {
        Self::at(Timestamp::parse("2026-03-20T09:00:00.000Z").unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_stands_still_until_it_is_moved() {
        let clock = FixedClock::default();
        let start = clock.now();
        assert_eq!(clock.now(), start);
        assert_eq!(clock.advance(Duration::from_secs(1)), start.plus(Duration::from_secs(1)));
        clock.set(start);
        assert_eq!(clock.now(), start);
    }
}
