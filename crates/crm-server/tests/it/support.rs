//! What the tests stand on: a working folder, the program run in it, and a client.

pub(crate) mod breakers;
pub(crate) mod bulk;
pub(crate) mod client;
pub(crate) mod place;
pub(crate) mod reading;
pub(crate) mod server;
pub(crate) mod tls;
pub(crate) mod writing;

use std::time::{Duration, Instant};

/// Asks again and again until the answer is yes; gives how long it took.
pub(crate) async fn until<F: Future<Output = bool>>(
    what: &str,
    within: Duration,
    mut holds: impl FnMut() -> F,
) -> Duration {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < within, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}
