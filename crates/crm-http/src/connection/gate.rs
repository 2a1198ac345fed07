//! The gate of an HTTP/1 connection: bytes pass once it is certain which request they belong to.
//!
//! A head is held back until it is whole and was judged line by line; a body passes as it comes, counted or chunk by
//! chunk. What is behind the gate never sees a byte of a request that could be read in two ways.

use actix_web::web::BytesMut;
use bytes::Buf as _;
use memchr::memchr;

use super::chunks::Chunks;
use super::head::{Framing, Head};
use super::refused::Refused;

/// The largest head taken, in bytes.
const LARGEST_HEAD: usize = 32 * 1024;
/// A buffer larger than this is given back once it is empty.
const KEPT: usize = 1024;

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaiting {
    /// A request, of which nothing came yet.
    Request,
    /// The rest of a head.
    Head,
    /// The rest of a body.
    Body,
    /// Nothing any more.
    Nothing,
}

/// The gate of one connection.
#[derive(Debug)]
pub(super) struct Gate {
    /// What came; the first `judged` bytes may pass.
    held: BytesMut,
    judged: usize,
    at: At,
    heads: u64,
    most: u64,
}

#[derive(Debug)]
enum At {
    /// In a head, of which `lines` bytes were read.
    Head { head: Box<Head>, lines: usize },
    /// So many bytes of the body are to come.
    Length { left: u64, is_last: bool },
    /// In a body that comes in chunks.
    Chunks { chunks: Box<Chunks>, is_last: bool },
    /// The last request is through: what comes now is of no interest.
    Over,
    /// Shut for good.
    Shut(Option<Refused>),
}

impl Gate {
    /// A gate that nothing came to yet. Of a body in chunks about `most` bytes pass.
    pub(super) fn new(most: usize) -> Self {
        Self { held: BytesMut::new(), judged: 0, at: At::head(), heads: 0, most: most as u64 * 2 + 65_536 }
    }

    /// Takes what came, and judges it.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        if matches!(self.at, At::Over | At::Shut(_)) {
            return;
        }
        self.held.extend_from_slice(bytes);
        loop {
            match self.judge() {
                Ok(true) => {}
                Ok(false) => return,
                Err(refused) => return self.shut(Some(refused)),
            }
        }
    }

    /// Lets through what may pass and fits; gives how much that is.
    pub(super) fn pass(&mut self, room: usize) -> BytesMut {
        let passing = self.held.split_to(self.judged.min(room));
        self.judged -= passing.len();
        if self.held.is_empty() && self.held.capacity() > KEPT {
            self.held = BytesMut::new();
        }
        passing
    }

    /// Whether something may pass.
    pub(super) fn has_something(&self) -> bool {
        self.judged > 0
    }

    /// Nothing more comes in. What was judged still passes; the rest of a head never does.
    pub(super) fn shut(&mut self, refused: Option<Refused>) {
        if !self.is_shut() {
            self.held.truncate(self.judged);
            self.at = At::Shut(refused);
        }
    }

    /// Whether nothing more comes in.
    pub(super) fn is_shut(&self) -> bool {
        matches!(self.at, At::Shut(_))
    }

    /// Why it was shut, if something was wrong.
    pub(super) fn refused(&self) -> Option<Refused> {
        if let At::Shut(refused) = &self.at { *refused } else { None }
    }

    /// How many whole heads came.
    pub(super) fn heads(&self) -> u64 {
        self.heads
    }

    /// What it waits for.
    pub(super) fn awaiting(&self) -> Awaiting {
        match &self.at {
            At::Head { .. } if self.held.len() > self.judged => Awaiting::Head,
            At::Head { .. } => Awaiting::Request,
            At::Length { .. } | At::Chunks { .. } => Awaiting::Body,
            At::Over | At::Shut(_) => Awaiting::Nothing,
        }
    }

    /// Goes on from what was judged; whether there may be more to judge.
    fn judge(&mut self) -> Result<bool, Refused> {
        let Some(fresh) = self.held.get(self.judged..) else {
            return Ok(false);
        };
        match &mut self.at {
            At::Head { head, lines } => {
                if *lines == 0 && skip_empty_line(&mut self.held, self.judged)? {
                    return Ok(true);
                }
                let fresh = self.held.get(self.judged..).unwrap_or_default();
                let Some(line) = next_line(fresh, *lines)? else {
                    return Ok(false);
                };
                let text = line.strip_suffix(b"\r").ok_or(NO_RETURN)?;
                let outcome = head.line(text)?;
                *lines += line.len() + 1;
                if let Some(outcome) = outcome {
                    self.judged += *lines;
                    self.heads += 1;
                    self.at = match outcome.framing {
                        Framing::Length(left) => At::Length { left, is_last: outcome.is_last },
                        Framing::Chunks => {
                            let chunks = Box::new(Chunks::of_at_most(self.most));
                            At::Chunks { chunks, is_last: outcome.is_last }
                        }
                    };
                }
                Ok(true)
            }
            At::Length { left, is_last } => {
                let here = (fresh.len() as u64).min(*left);
                *left -= here;
                self.judged += usize::try_from(here).unwrap_or(fresh.len());
                if *left > 0 {
                    return Ok(false);
                }
                self.at = At::after(*is_last);
                Ok(!self.drop_if_over())
            }
            At::Chunks { chunks, is_last } => {
                let taken = chunks.take(fresh)?;
                self.judged += taken;
                if !chunks.is_over() {
                    return Ok(false);
                }
                self.at = At::after(*is_last);
                Ok(!self.drop_if_over())
            }
            At::Over | At::Shut(_) => Ok(false),
        }
    }

    fn drop_if_over(&mut self) -> bool {
        let over = matches!(self.at, At::Over);
        if over {
            self.held.truncate(self.judged);
        }
        over
    }
}

impl At {
    fn head() -> Self {
        Self::Head { head: Box::default(), lines: 0 }
    }

    fn after(is_last: bool) -> Self {
        if is_last { Self::Over } else { Self::head() }
    }
}

const NO_RETURN: Refused = Refused::bad("a line ends without a carriage return");

/// Some clients send an empty line behind a body (RFC 9112 section 2.2): it is dropped. Whatever else cannot begin a
/// method begins no request.
fn skip_empty_line(held: &mut BytesMut, at: usize) -> Result<bool, Refused> {
    let Some(fresh) = held.get(at..) else {
        return Ok(false);
    };
    match fresh {
        [] | [b'\r'] => Ok(false),
        [b'\r', b'\n', ..] => {
            let mut rest = held.split_off(at);
            rest.advance(2);
            held.unsplit(rest);
            Ok(true)
        }
        [byte, ..] if byte.is_ascii_graphic() => Ok(false),
        [..] => Err(Refused::bad("this is no request")),
    }
}

/// The line that begins at `from`, without its line feed, once it is whole.
fn next_line(fresh: &[u8], from: usize) -> Result<Option<&[u8]>, Refused> {
    const TOO_LARGE: Refused = Refused::head_too_large("the head of the request is larger than 32 KiB");
    let rest = fresh.get(from..).unwrap_or_default();
    let Some(end) = memchr(b'\n', rest) else {
        return if fresh.len() > LARGEST_HEAD { Err(TOO_LARGE) } else { Ok(None) };
    };
    if from + end >= LARGEST_HEAD {
        return Err(TOO_LARGE);
    }
    Ok(rest.get(..end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// What passes of these bytes, and whether they were refused.
    fn passed(bytes: &[u8], piece: usize) -> (Vec<u8>, bool) {
        let mut gate = Gate::new(1_000);
        let mut passed = Vec::new();
        for piece in bytes.chunks(piece) {
            gate.take(piece);
            while gate.has_something() {
                passed.extend(gate.pass(7));
            }
        }
        (passed, gate.refused().is_some())
    }

    #[test]
    fn whole_requests_pass_in_whatever_pieces_they_come() {
        let requests = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\
                         POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
        for piece in 1..requests.len() {
            assert_eq!(passed(requests, piece), (requests.to_vec(), false), "in pieces of {piece}");
        }
    }

    #[test]
    fn half_a_head_never_passes() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\n";
        assert_eq!(passed(head, head.len()), (vec![], false));
    }

    #[test]
    fn an_empty_line_between_requests_is_dropped() {
        let both = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n";
        let without = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n";
        for piece in 1..both.len() {
            assert_eq!(passed(both, piece), (without.to_vec(), false), "in pieces of {piece}");
        }
    }

    #[test]
    fn nothing_passes_behind_the_last_request() {
        let last = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        let more = [&last[..], b"GET /admin HTTP/1.1\r\nHost: a\r\n\r\n"].concat();
        assert_eq!(passed(&more, 9), (last.to_vec(), false));
        assert_eq!(passed(&more, more.len()), (last.to_vec(), false));
    }

    #[rstest]
    #[case(b"GET / HTTP/1.1\nHost: a\n\n")]
    #[case(b"GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n")]
    #[case(b"GET / HTTP/1.1\r\nHost: a\r\rX: y\r\n\r\n")]
    #[case(b"\x16\x03\x01\x02\x00")]
    #[case(b"\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    fn what_is_no_request_is_refused_and_nothing_of_it_passes(#[case] bytes: &[u8]) {
        for piece in 1..=bytes.len() {
            assert_eq!(passed(bytes, piece), (vec![], true), "in pieces of {piece}");
        }
    }

    #[test]
    fn a_head_has_an_end() {
        let endless = [&b"GET / HTTP/1.1\r\nHost: a\r\nX: "[..], &vec![b'x'; LARGEST_HEAD]].concat();
        assert_eq!(passed(&endless, 1000), (vec![], true));
        let many = [
            &b"GET / HTTP/1.1\r\nHost: a\r\n"[..],
            &b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n".repeat(800),
        ]
        .concat();
        assert_eq!(passed(&many, 1000), (vec![], true));
    }

    #[test]
    fn what_is_awaited_follows_from_what_came() {
        let mut gate = Gate::new(1_000);
        assert_eq!(gate.awaiting(), Awaiting::Request);
        gate.take(b"POST / HTTP/1.1\r\nHo");
        assert_eq!(gate.awaiting(), Awaiting::Head);
        gate.take(b"st: a\r\nContent-Length: 2\r\n\r\n1");
        assert_eq!(gate.awaiting(), Awaiting::Body);
        gate.take(b"2");
        assert_eq!(gate.awaiting(), Awaiting::Request);
        gate.shut(None);
        assert_eq!(gate.awaiting(), Awaiting::Nothing);
        assert_eq!(gate.pass(1000).len(), 49, "what was judged still passes");
    }

    proptest! {
        #[test]
        fn no_bytes_whatever_make_it_panic_or_pass_what_did_not_come(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            piece in 1_usize..50,
        ) {
            let (passed, _) = passed(&bytes, piece);
            prop_assert!(passed.len() <= bytes.len());
        }
    }
}
