//! How many were served: the longest time in which nobody's request was done, the longest that anybody waited, and the
//! statuses of all answers.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Feels how those who share it are served.
#[derive(Debug, Default)]
pub struct Pulse(Mutex<Felt>);

/// What was felt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Felt {
    /// When a request was done last.
    last: Option<Instant>,
    /// The longest time between two requests that were done, one after the other.
    pub gap: Duration,
    /// The longest that an answer took.
    pub slowest: Duration,
    /// How often there was each status.
    pub statuses: BTreeMap<u16, u64>,
}

impl Pulse {
    /// A request that was sent then is answered now with this status.
    pub fn beat(&self, sent: Instant, status: u16) {
        let now = Instant::now();
        let mut felt = self.0.lock();
        *felt.statuses.entry(status).or_default() += 1;
        felt.slowest = felt.slowest.max(now.saturating_duration_since(sent));
        if status < 300 {
            let gap = felt.last.map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
            felt.gap = felt.gap.max(gap);
            felt.last = Some(now);
        }
    }

    /// What was felt so far.
    pub fn felt(&self) -> Felt {
        self.0.lock().clone()
    }
}

impl Felt {
    /// How often the server said that it failed, in another way than it may.
    pub fn unfit(&self) -> Vec<(u16, u64)> {
        let unfit =
            self.statuses.iter().filter(|(status, _)| **status >= 500 && ![503, 507].contains(*status));
        unfit.map(|(status, count)| (*status, *count)).collect()
    }
}
