//! Requests that are refused before their body is read: whether their connection can be used again.

use std::time::{Duration, Instant};

use crate::raw::Raw;
use crate::support::server::TestServer;

const REFUSED: &str = "POST /api/leads HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
const ALIVE: &str = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

/// The statuses of so many answers on this connection, and whether the first one ends it.
async fn statuses(raw: &mut Raw, how_many: usize) -> (Vec<u16>, bool) {
    let answers = raw.answers(how_many).await;
    let ends = answers.first().is_some_and(|answer| answer.head.to_lowercase().contains("connection: close"));
    (answers.iter().map(|answer| answer.status).collect(), ends)
}

#[tokio::test]
async fn a_small_body_is_passed_over_and_the_connection_goes_on() {
    let server = TestServer::start().await;
    let bodies = [
        "Content-Length: 12\r\n\r\n{\"name\":\"x\"}".to_owned(),
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\nGET / H\r\n0\r\n\r\n".to_owned(),
        format!("Content-Length: {}\r\n\r\n{}", 60_000, "x".repeat(60_000)),
        format!("Content-Length: {}\r\n\r\n{ALIVE}", ALIVE.len()),
    ];
    for body in bodies {
        let mut raw = Raw::connect(&server).await;
        raw.send(format!("{REFUSED}{body}{REFUSED}{body}{ALIVE}").as_bytes()).await;
        let (statuses, ends) = statuses(&mut raw, 3).await;
        assert_eq!((statuses.as_slice(), ends), ([401, 401, 200].as_slice(), false), "{body:.60}");
    }
}

#[tokio::test]
async fn a_body_that_comes_a_little_later_is_passed_over_too() {
    let server = TestServer::start().await;
    let mut raw = Raw::connect(&server).await;
    raw.send(format!("{REFUSED}Content-Length: 12\r\n\r\n{{\"name\"").as_bytes()).await;
    tokio::task::yield_now().await;
    raw.send(format!(":\"x\"}}{ALIVE}").as_bytes()).await;
    assert_eq!(statuses(&mut raw, 2).await, (vec![401, 200], false));
}

#[tokio::test]
async fn a_large_body_and_one_that_does_not_come_end_their_connection() {
    let server = TestServer::start().await;
    let large = format!("{REFUSED}Content-Length: 200000\r\n\r\n{}", "x".repeat(200_000));
    let missing = format!("{REFUSED}Content-Length: 12\r\n\r\n{{");
    let expecting = format!("{REFUSED}Expect: 100-continue\r\nContent-Length: 12\r\n\r\n");
    for sent in [large, missing, expecting] {
        let begun = Instant::now();
        let mut raw = Raw::connect(&server).await;
        raw.send(sent.as_bytes()).await;
        let all = raw.until_closed().await.unwrap();
        let text = String::from_utf8_lossy(&all);
        assert!(
            text.contains("HTTP/1.1 401 ") && text.to_lowercase().contains("connection: close"),
            "{text}"
        );
        assert!(begun.elapsed() < Duration::from_secs(20), "{sent:.100}");
    }
}
