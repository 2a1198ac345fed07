//! So many at once, then one in a while: the generic cell rate algorithm (ITU-T I.371).
//!
//! The mark of a count is the moment at which everything would be slept off. Each failure moves it by `every`.

use std::time::Duration;

use super::Refused;
use super::entry::Place;
use super::limits::Pace;
use super::table::Count;
use crate::timestamp::Timestamp;

/// Whether the next may come, to the place `at` which this is counted.
pub(super) fn check(at: Place, count: Option<&Count>, pace: Pace, now: Timestamp) -> Result<(), Refused> {
    let Some(count) = count else {
        return Ok(());
    };
    let wait = wait_until(mark(count, pace, now), pace, now);
    if wait.is_zero() {
        return Ok(());
    }
    let known = mark(count, pace, now).minus(pace.every.saturating_mul(count.in_flight));
    Err(if wait_until(known, pace, now).is_zero() { Refused::Crowded(at) } else { Refused::Wait(wait) })
}

/// Counts one.
pub(super) fn charge(count: &mut Count, pace: Pace, now: Timestamp) {
    count.mark = mark(count, pace, now).max(now).plus(pace.every);
    count.at = now;
    count.begin();
}

/// Takes one back.
pub(super) fn refund(count: &mut Count, pace: Pace, now: Timestamp) {
    count.mark = count.mark.minus(pace.every);
    count.at = now;
    count.forgive();
}

fn wait_until(mark: Timestamp, pace: Pace, now: Timestamp) -> Duration {
    let room = pace.every.saturating_mul(pace.at_once.saturating_sub(1));
    mark.since(now).saturating_sub(room)
}

/// The mark, no further ahead than all at once could have moved it, whatever the clocks of servers say.
fn mark(count: &Count, pace: Pace, now: Timestamp) -> Timestamp {
    count.mark.min(now.plus(pace.every.saturating_mul(pace.at_once)))
}
