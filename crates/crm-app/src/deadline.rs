//! One deadline for all that a request asks of its store.
//!
//! Each call of a store has a deadline, and so has what is decided upon ([`crate::decide`]). A request that makes several
//! calls one after the other, such as one that looks whether it was answered before, would have as many deadlines. So the
//! clock of a request begins with its first call, and each later one has what is left.

use std::cell::OnceCell;
use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

tokio::task_local! {
    static BEGUN: OnceCell<Instant>;
}

/// Does this with one clock for all calls in it. What it spawns has no part in it.
pub async fn shared<F: Future>(work: F) -> F::Output {
    BEGUN.scope(OnceCell::new(), work).await
}

/// How much of this deadline is left; all of it where no clock is shared.
pub fn left(deadline: Duration) -> Duration {
    let left = |begun: &OnceCell<Instant>| deadline.saturating_sub(begun.get_or_init(Instant::now).elapsed());
    BEGUN.try_with(left).unwrap_or(deadline)
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(5);
    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn the_clock_begins_with_the_first_call_and_is_that_of_all_later_ones() {
        shared(async {
            advance(SECOND).await;
            assert_eq!(left(DEADLINE), DEADLINE, "nobody has asked before");
            advance(SECOND).await;
            assert_eq!(left(DEADLINE), 4 * SECOND);
            advance(DEADLINE).await;
            assert_eq!(left(DEADLINE), Duration::ZERO);
        })
        .await;
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_shared_clock_each_call_has_all_of_it() {
        for _ in 0..2 {
            assert_eq!(left(DEADLINE), DEADLINE);
            advance(SECOND).await;
        }
    }
}
