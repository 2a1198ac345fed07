//! What an account bears of those it does not know.
//!
//! The mark of a count is when the last of them was let in.

use std::time::Duration;

use super::limits::Backoff;
use super::table::Count;
use super::{QUIET, Refused};
use crate::timestamp::Timestamp;

/// Whether the next may come.
pub(super) fn check(count: Option<&Count>, backoff: Backoff, now: Timestamp) -> Result<(), Refused> {
    let Some(count) = count else {
        return Ok(());
    };
    let wait = wait_after(count, count.failures, backoff, now);
    if wait.is_zero() {
        return Ok(());
    }
    let known = count.failures.saturating_sub(count.in_flight);
    Err(if wait_after(count, known, backoff, now).is_zero() { Refused::Crowded } else { Refused::Wait(wait) })
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

fn wait_after(count: &Count, failures: u32, backoff: Backoff, now: Timestamp) -> Duration {
    if failures >= backoff.most {
        return QUIET;
    }
    // A clock that was set back makes nobody wait longer.
    count.mark.min(now).plus(backoff.wait_after(failures)).since(now)
}
