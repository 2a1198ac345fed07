//! What an account bears of those it does not know.
//!
//! The mark of a count is when the last of them was let in.

use super::entry::Place;
use super::limits::Backoff;
use super::table::Count;
use super::{QUIET, Refused};
use crate::timestamp::Timestamp;

/// Whether the next may come to `place`, where this is counted. Those in flight count as failed; where the failures that
/// are known need no waiting, it is [`Refused::Crowded`].
pub(super) fn check(
    place: Place,
    count: Option<&Count>,
    backoff: Backoff,
    now: Timestamp,
) -> Result<(), Refused> {
    let Some(count) = count else {
        return Ok(());
    };
    let wait = if count.failures >= backoff.most {
        QUIET
    } else {
        // The clock of another server may be ahead.
        count.mark.min(now).plus(backoff.wait_after(count.failures)).since(now)
    };
    if wait.is_zero() {
        return Ok(());
    }
    let known = count.failures.saturating_sub(count.in_flight);
    Err(if count.in_flight > 0 && known < backoff.free {
        Refused::Crowded(place)
    } else {
        Refused::Wait(wait)
    })
}

/// Counts one.
pub(super) fn charge(count: &mut Count, now: Timestamp) {
    count.mark = now;
    count.at = now;
    count.begin();
}

/// Takes one back that was let in at `at`, and with it the waiting it caused, unless another came since.
pub(super) fn refund(count: &mut Count, before: Option<&Count>, at: Timestamp) {
    if count.mark == at {
        count.mark = before.map_or(Timestamp::MIN, |before| before.mark);
    }
    count.forgive();
}
