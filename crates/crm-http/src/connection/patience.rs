//! How long a connection is waited for, whatever it is that does not come.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// A client that takes an answer more slowly than so many bytes a second is not waited for.
pub(super) const SLOWEST: u64 = 4 * 1024;

/// How long is waited, for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// For a whole head, from its first byte; for the first byte, from the beginning of the connection.
    pub(crate) head: Duration,
    /// For a whole body, from the end of its head.
    pub(crate) body: Duration,
    /// For a client that takes nothing of an answer.
    pub(crate) answer: Duration,
}

impl Limits {
    /// When an answer of which the client took so many bytes since then has been waited for long enough.
    pub(super) fn for_answer(&self, since: Instant, bytes: u64) -> Instant {
        since + self.answer + Duration::from_secs(bytes / SLOWEST)
    }
}

/// One timer that serves all deadlines of a connection. It may go off early, and is then set anew; so a deadline that
/// moves on with every request costs nothing.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Alarm {
    /// Ready once the deadline has passed; else the task is woken no later than then.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, deadline: Option<Instant>) -> Poll<()> {
        let Some(deadline) = deadline else {
            return Poll::Pending;
        };
        if deadline <= Instant::now() {
            return Poll::Ready(());
        }
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() > deadline || sleep.is_elapsed() {
            sleep.as_mut().reset(deadline);
        }
        while sleep.as_mut().poll(cx).is_ready() {
            // It had been set for an earlier deadline.
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn it_goes_off_at_the_deadline_that_holds_in_the_end() {
        let mut alarm = Alarm::default();
        let begun = Instant::now();
        let later = |alarm: &mut Alarm, cx: &mut Context<'_>, at| alarm.poll(cx, Some(begun + seconds(at)));
        poll_fn(|cx| {
            assert!(later(&mut alarm, cx, 10).is_pending());
            assert!(later(&mut alarm, cx, 30).is_pending(), "a deadline may move on");
            Poll::Ready(())
        })
        .await;
        poll_fn(|cx| later(&mut alarm, cx, 30)).await;
        assert_eq!(begun.elapsed().as_secs(), 30);
        poll_fn(|cx| {
            assert!(later(&mut alarm, cx, 60).is_pending());
            Poll::Ready(())
        })
        .await;
        poll_fn(|cx| later(&mut alarm, cx, 40)).await;
        assert_eq!(begun.elapsed().as_secs(), 40, "a deadline may come nearer");
    }

    #[test]
    fn who_takes_an_answer_at_some_speed_is_given_time_for_all_of_it() {
        let limits = Limits { head: seconds(1), body: seconds(1), answer: seconds(30) };
        let since = Instant::now();
        assert_eq!(limits.for_answer(since, 0), since + seconds(30));
        assert_eq!(limits.for_answer(since, 1024 * 1024), since + seconds(30 + 256));
    }
}
