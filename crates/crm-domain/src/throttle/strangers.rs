//! What an account bears of those it does not know.
//!
//! The mark of a count is when the last of them was let in.

use std::time::Duration;

use super::QUIET;
use super::limits::Backoff;
use super::table::Count;
use crate::timestamp::Timestamp;

/// How long until the next may come.
pub(super) fn wait(count: Option<&Count>, backoff: Backoff, now: Timestamp) -> Duration {
    let Some(count) = count else {
        return Duration::ZERO;
    };
    if count.failures >= backoff.most {
        return QUIET;
    }
    // A clock that was set back makes nobody wait longer.
    let last = count.mark.min(now);
    last.plus(backoff.wait_after(count.failures)).since(now)
}

/// Counts one.
pub(super) fn charge(count: &mut Count, now: Timestamp) {
    count.failures = count.failures.saturating_add(1);
    count.mark = now;
    count.at = now;
}

/// Takes one back that was let in at `at`, and with it the waiting it caused, unless another came since.
pub(super) fn refund(count: &mut Count, before: Option<&Count>, at: Timestamp) {
    count.failures = count.failures.saturating_sub(1);
    if count.mark == at {
        count.mark = before.map_or(Timestamp::MIN, |before| before.mark);
    }
}
