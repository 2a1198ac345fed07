//! What an account bears of those it does not know.
//!
//! The mark of a count is when the last of them was let in.

use super::limits::Backoff;
use super::table::Count;
use super::{QUIET, Refused};
use crate::timestamp::Timestamp;

/// Whether the next may come. Those in flight count as failed, also where nothing else stands in the way: the owner from
/// a new place is one, and comes alone.
pub(super) fn check(count: Option<&Count>, backoff: Backoff, now: Timestamp) -> Result<(), Refused> {
    let Some(count) = count else {
        return Ok(());
    };
    let wait = if count.failures >= backoff.most {
        QUIET
    } else {
        // The clock of another server may be ahead.
        count.mark.min(now).plus(backoff.wait_after(count.failures)).since(now)
    };
    if wait.is_zero() { Ok(()) } else { Err(Refused::Wait(wait)) }
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
