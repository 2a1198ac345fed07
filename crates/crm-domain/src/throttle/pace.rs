//! So many at once, then one in a while: the generic cell rate algorithm (ITU-T I.371).
//!
//! The mark of a count is the moment at which everything would be slept off. Each failure moves it by `every`.

use std::time::Duration;

use super::limits::Pace;
use super::table::Count;
use crate::timestamp::Timestamp;

/// How long until the next may come.
pub(super) fn wait(count: Option<&Count>, pace: Pace, now: Timestamp) -> Duration {
    let Some(count) = count else {
        return Duration::ZERO;
    };
    let room = pace.every.saturating_mul(pace.at_once.saturating_sub(1));
    mark(count, pace, now).since(now).saturating_sub(room)
}

/// Counts one.
pub(super) fn charge(count: &mut Count, pace: Pace, now: Timestamp) {
    count.mark = mark(count, pace, now).max(now).plus(pace.every);
    count.failures = count.failures.saturating_add(1);
    count.at = now;
}

/// Takes one back.
pub(super) fn refund(count: &mut Count, pace: Pace, now: Timestamp) {
    count.mark = count.mark.minus(pace.every);
    count.failures = count.failures.saturating_sub(1);
    count.at = now;
}

/// The mark, no further ahead than all at once could have moved it: a clock that was set back makes nobody wait longer.
fn mark(count: &Count, pace: Pace, now: Timestamp) -> Timestamp {
    count.mark.min(now.plus(pace.every.saturating_mul(pace.at_once)))
}
