//! A body in chunks, as strictly as RFC 9112 section 7.1 lets us.

use super::head;
use super::refused::Refused;

/// Digits of a chunk's size: 4 GiB are more than any body may have.
const MOST_DIGITS: u8 = 8;
/// Bytes of one chunk's extensions; nobody knows any.
const LONGEST_EXTENSION: u16 = 256;
/// Bytes of all fields behind the last chunk.
const LONGEST_TRAILER: usize = 4 * 1024;
/// What may stand before a body, and never behind it: it would change what the request means after it was read.
const NOT_IN_TRAILERS: [&[u8]; 14] = [
    b"authorization",
    b"connection",
    b"content-encoding",
    b"content-length",
    b"content-range",
    b"content-type",
    b"cookie",
    b"expect",
    b"host",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"x-forwarded-for",
    b"x-request-id",
];

/// Where in a body in chunks we are.
#[derive(Debug)]
pub(super) struct Chunks {
    at: At,
    size: u64,
    /// Bytes of all chunks so far.
    total: u64,
    most: u64,
    trailer: Vec<u8>,
    trailers: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Size(u8),
    Extension(u16),
    SizeLf,
    Data(u64),
    DataCr,
    DataLf,
    Trailer,
    TrailerLf,
    End,
}

impl Chunks {
    /// At the beginning of a body of at most so many bytes.
    pub(super) fn of_at_most(most: u64) -> Self {
        Self { at: At::Size(0), size: 0, total: 0, most, trailer: Vec::new(), trailers: 0 }
    }

    /// Whether the body is over.
    pub(super) fn is_over(&self) -> bool {
        self.at == At::End
    }

    /// Goes on through these bytes, and gives how many of them belong to the body.
    ///
    /// # Errors
    /// They are no chunks, or more than there may be.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<usize, Refused> {
        let mut taken = 0;
        while let Some(rest) = bytes.get(taken..)
            && let Some(byte) = rest.first()
            && !self.is_over()
        {
            if let At::Data(left) = self.at {
                let here = (rest.len() as u64).min(left);
                self.total += here;
                if self.total > self.most {
                    return refuse("the body is too large");
                }
                taken += usize::try_from(here).unwrap_or(rest.len());
                self.at = if here == left { At::DataCr } else { At::Data(left - here) };
            } else {
                self.at = self.step(*byte)?;
                taken += 1;
            }
        }
        Ok(taken)
    }

    fn step(&mut self, byte: u8) -> Result<At, Refused> {
        match (self.at, byte) {
            (At::Size(digits), _) => self.digit(digits, byte),
            (At::Extension(_), b'\r') => Ok(At::SizeLf),
            (At::Extension(length), b'\t' | b' '..=b'~' | 0x80..) if length < LONGEST_EXTENSION => {
                Ok(At::Extension(length + 1))
            }
            (At::Extension(_), _) => refuse("the extension of a chunk is too long or no text"),
            (At::SizeLf, b'\n') if self.size == 0 => Ok(At::Trailer),
            (At::SizeLf, b'\n') => Ok(At::Data(self.size)),
            (At::DataCr, b'\r') => Ok(At::DataLf),
            (At::DataLf, b'\n') => Ok(At::Size(0)),
            (At::Trailer, b'\r') => Ok(At::TrailerLf),
            (At::Trailer, b'\n') => refuse("a line ends without a carriage return"),
            (At::Trailer, byte) => self.trailing(byte),
            (At::TrailerLf, b'\n') => self.end_of_trailer(),
            (At::SizeLf | At::DataCr | At::DataLf | At::TrailerLf, _) => {
                refuse("a chunk does not end where it says")
            }
            (at @ (At::Data(_) | At::End), _) => Ok(at),
        }
    }

    fn digit(&mut self, digits: u8, byte: u8) -> Result<At, Refused> {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            b';' if digits > 0 => return Ok(At::Extension(0)),
            b'\r' if digits > 0 => return Ok(At::SizeLf),
            _ => return refuse("the size of a chunk is no number"),
        };
        if digits == MOST_DIGITS {
            return refuse("the size of a chunk is too large");
        }
        self.size = if digits == 0 { 0 } else { self.size << 4 } | u64::from(value);
        Ok(At::Size(digits + 1))
    }

    fn trailing(&mut self, byte: u8) -> Result<At, Refused> {
        self.trailers += 1;
        if self.trailers > LONGEST_TRAILER {
            return refuse("there is too much behind the last chunk");
        }
        self.trailer.push(byte);
        Ok(At::Trailer)
    }

    fn end_of_trailer(&mut self) -> Result<At, Refused> {
        if self.trailer.is_empty() {
            return Ok(At::End);
        }
        let line = std::mem::take(&mut self.trailer);
        let (name, _) = head::field(&line).map_err(|refused| Refused::in_body(refused.why()))?;
        if NOT_IN_TRAILERS.iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden)) {
            return refuse("a header field stands behind the body that must stand before it");
        }
        Ok(At::Trailer)
    }
}

fn refuse<T>(why: &'static str) -> Result<T, Refused> {
    Err(Refused::in_body(why))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// How many bytes belong to the body, or nothing if it is none; fed in pieces of this size.
    fn taken(body: &[u8], piece: usize) -> Option<usize> {
        let mut chunks = Chunks::of_at_most(1_000);
        let mut at = 0;
        while at < body.len() && !chunks.is_over() {
            at += chunks.take(&body[at..body.len().min(at + piece)]).ok()?;
        }
        chunks.is_over().then_some(at)
    }

    #[rstest]
    #[case(b"0\r\n\r\n", 5)]
    #[case(b"3\r\nabc\r\n0\r\n\r\nGET /", 13)]
    #[case(b"00A\r\n0123456789\r\n0\r\n\r\n", 22)]
    #[case(b"1;a=b\r\nx\r\n0;c\r\n\r\n", 17)]
    #[case(b"0\r\nX-Sum: 1\r\n\r\nGET", 15)]
    fn a_body_ends_where_its_chunks_say(#[case] body: &[u8], #[case] length: usize) {
        for piece in 1..=body.len() {
            assert_eq!(taken(body, piece), Some(length), "in pieces of {piece}");
        }
    }

    #[rstest]
    #[case(b"\r\n\r\n")]
    #[case(b"g\r\n")]
    #[case(b"0x3\r\nabc\r\n")]
    #[case(b"+3\r\nabc\r\n")]
    #[case(b"-1\r\n")]
    #[case(b" 3\r\nabc\r\n")]
    #[case(b"3 \r\nabc\r\n")]
    #[case(b"3\nabc\r\n")]
    #[case(b"3\r\nabcd\r\n")]
    #[case(b"3\r\nabc\n0\r\n\r\n")]
    #[case(b"100000000\r\n")]
    #[case(b"ffffffffffffffff\r\n")]
    #[case(b"3e9\r\n")]
    #[case(b"1;a\nb\r\nx\r\n")]
    #[case(b"0\r\nContent-Length: 3\r\n\r\n")]
    #[case(b"0\r\nno colon\r\n\r\n")]
    #[case(b"0\r\nA: b\n\r\n")]
    fn what_are_no_chunks_is_refused(#[case] body: &[u8]) {
        for piece in 1..=body.len() {
            assert_eq!(taken(body, piece), None, "in pieces of {piece}");
        }
    }

    proptest! {
        #[test]
        fn chunks_are_read_the_same_in_whatever_pieces_they_come(
            chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..50), 0..8),
            piece in 1_usize..40,
        ) {
            let mut body = Vec::new();
            for chunk in &chunks {
                body.extend(format!("{:X}\r\n", chunk.len()).bytes());
                body.extend(chunk);
                body.extend(b"\r\n");
            }
            body.extend(b"0\r\n\r\n");
            let length = body.len();
            body.extend(b"GET / HTTP/1.1\r\n");
            prop_assert_eq!(taken(&body, piece), Some(length));
        }
    }
}
