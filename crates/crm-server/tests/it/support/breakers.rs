//! What a server says of its breakers.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::client::Client;

/// The number of a breaker of this server, such as that of `crm_store_breaker_open` for `writes`.
pub(crate) async fn number(client: &Client, name: &str, of: &str) -> u64 {
    let shown = client.request(Method::GET, "/metrics", None).send().await.unwrap().text().await.unwrap();
    let line = format!("{name}{{operation=\"{of}\"}} ");
    let line = shown.lines().find_map(|shown| shown.strip_prefix(&line)).expect("it is shown");
    line.parse().unwrap()
}

/// Whether this server does not ask its silent store any more.
pub(crate) async fn is_open(client: &Client, of: &str) -> bool {
    number(client, "crm_store_breaker_open", of).await == 1
}

/// Asks nine times at once what an open breaker refuses, and gives how long the one in the middle waited: one each half
/// second is let through, and waits for as long as anybody does. Whoever asks alone and seldom may be that one each time.
pub(crate) async fn refusal(client: &Client, of: &str) -> Duration {
    let asked = (0..9).map(|number| async move {
        let begun = Instant::now();
        let lead = (of == "writes").then(|| json!({ "name": format!("refused {number}") }));
        let (method, path) =
            if lead.is_some() { (Method::POST, "/api/leads") } else { (Method::GET, "/api/leads?limit=5") };
        let (status, retry_after, body) = client.ask_and_listen(method, path, lead).await.unwrap();
        assert_eq!((status, retry_after), (503, Some(2)), "{body}");
        begun.elapsed()
    });
    let mut took = join_all(asked).await;
    took.sort();
    took[took.len() / 2]
}
