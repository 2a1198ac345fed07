//! The time of the machine.

use chrono::Utc;
use crm_app::ports::clock::Clock;
use crm_domain::timestamp::Timestamp;

/// Tells the machine's time, in whole milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the machine's clock is read")]
    fn now(&self) -> Timestamp {
        Timestamp::new(Utc::now())
    }
}
