//! A client that says what no proper client would.

use std::time::Duration;

use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::server::TestServer;

/// Longer than the server waits for anything, with the options of the tests.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection without a protocol.
pub(crate) struct Raw {
    stream: TcpStream,
}

/// One answer, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Where a server listens, such as `127.0.0.1:4711`.
pub(crate) fn address_of(server: &TestServer) -> String {
    let request = server.nobody().request(Method::GET, "/").build().unwrap();
    request.url().authority().to_owned()
}

impl Raw {
    pub(crate) async fn connect(server: &TestServer) -> Self {
        Self { stream: TcpStream::connect(address_of(server)).await.unwrap() }
    }

    /// Sends bytes; a server that has hung up is no failure.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.ok();
    }

    /// Everything that comes until the server hangs up; nothing if it does not.
    pub(crate) async fn until_closed(&mut self) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        let mut piece = [0_u8; 4096];
        loop {
            match timeout(PATIENCE, self.stream.read(&mut piece)).await {
                Ok(Ok(0) | Err(_)) => return Some(all),
                Ok(Ok(length)) => all.extend_from_slice(&piece[..length]),
                Err(_) => return None,
            }
        }
    }

    /// What comes until there are so many whole answers.
    pub(crate) async fn answers(&mut self, how_many: usize) -> Vec<RawAnswer> {
        let mut all = Vec::new();
        let mut piece = [0_u8; 4096];
        while answers(&all).len() < how_many {
            let length = timeout(PATIENCE, self.stream.read(&mut piece)).await.unwrap().unwrap();
            assert!(length > 0, "only {:?} came", String::from_utf8_lossy(&all));
            all.extend_from_slice(&piece[..length]);
        }
        answers(&all)
    }
}

/// The whole answers in these bytes. What is no answer counts as one with the status 0.
pub(crate) fn answers(mut bytes: &[u8]) -> Vec<RawAnswer> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            break;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok()).unwrap_or(0);
        let length = head
            .to_lowercase()
            .split("content-length: ")
            .nth(1)
            .map_or(0, |rest| rest.split("\r\n").next().unwrap().trim().parse::<usize>().unwrap());
        let body = bytes[end + 4..].get(..length).unwrap_or(&bytes[end + 4..]);
        let whole = body.len() == length;
        bytes = bytes.get(end + 4 + length..).unwrap_or_default();
        if whole {
            let body = String::from_utf8_lossy(body).into_owned();
            found.push(RawAnswer { status, head, body });
        }
    }
    found
}
