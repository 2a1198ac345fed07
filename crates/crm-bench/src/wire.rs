//! As much of HTTP/1.1 as it takes to ask one server the same kind of thing again and again, at next to no cost: whoever
//! asks runs on the same processors as what is measured.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::Outcome;

/// The longest that is waited for an answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// A connection that is kept open.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

/// An answer: its status, and where its body is in what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    status: u16,
    body: usize,
    length: usize,
}

impl Connection {
    /// Opens one.
    ///
    /// # Errors
    /// Nobody listens there.
    pub(crate) fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, read: Vec::with_capacity(16 * 1_024) })
    }

    /// Sends a request and reads the answer to its end. Gives its status and its body.
    ///
    /// # Errors
    /// The connection was closed or is silent, or the answer cannot be read.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Outcome<(u16, &[u8])> {
        self.stream.write_all(request)?;
        self.read.clear();
        let mut buffer = [0; 16 * 1_024];
        let mut head = None;
        let head = loop {
            let count = self.stream.read(&mut buffer)?;
            if count == 0 {
                return Err("the connection was closed before the answer was whole".into());
            }
            self.read.extend_from_slice(buffer.get(..count).unwrap_or_default());
            if head.is_none() {
                head = head_of(&self.read)?;
            }
            if let Some(head) = head.filter(|head| head.end() <= self.read.len()) {
                break head;
            }
        };
        Ok((head.status, self.read.get(head.body..head.end()).unwrap_or_default()))
    }
}

impl Head {
    /// Where the body ends.
    fn end(self) -> usize {
        self.body + self.length
    }
}

/// A request without a body, of whoever has this token.
pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    .into_bytes()
}

/// A request to make something, of whoever has this token or of nobody yet.
pub(crate) fn post(path: &str, token: Option<&str>, body: &Value) -> Vec<u8> {
    with_body("POST", path, token, body)
}

/// A request to change something, of whoever has this token.
pub(crate) fn patch(path: &str, token: &str, body: &Value) -> Vec<u8> {
    with_body("PATCH", path, Some(token), body)
}

fn with_body(method: &str, path: &str, token: Option<&str>, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n{authorization}Content-Type: \
         application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The head, if all of it has come.
fn head_of(read: &[u8]) -> Outcome<Option<Head>> {
    let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(read.get(..end).unwrap_or_default())?;
    let status = head.split(' ').nth(1).unwrap_or_default().parse()?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .ok_or_else(|| format!("the answer does not say how long it is: {head}"))?;
    Ok(Some(Head { status, body: end + 4, length: length.1.trim().parse()? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_an_answer_is_read_once_it_is_whole() {
        let answer = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX: y\r\n\r\n{}";
        assert_eq!(head_of(answer).unwrap(), Some(Head { status: 201, body: 49, length: 2 }));
        assert_eq!(head_of(&answer[..40]).unwrap(), None);
        assert!(head_of(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
