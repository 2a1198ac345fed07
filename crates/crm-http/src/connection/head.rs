//! The head of a request, line by line, as strictly as RFC 9112 lets us.
//!
//! Whatever two parsers could read in two ways is refused: a proxy before us must never see another request than we do.

use actix_web::http::Uri;
use memchr::memchr;

use super::refused::Refused;

/// The longest target, in bytes.
const LONGEST_TARGET: usize = 8 * 1024;
/// The longest method, in bytes.
const LONGEST_METHOD: usize = 24;
/// No client of ours sends half as many.
const MOST_FIELDS: usize = 96;

/// No field that is looked at has a longer name, in bytes.
const LONGEST_KNOWN: usize = 17;

/// How the body behind a head is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// So many bytes; 0 where there is none.
    Length(u64),
    /// In chunks.
    Chunks,
}

/// What a whole head says of what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) framing: Framing,
    /// Whether this is the connection's last request.
    pub(super) is_last: bool,
}

/// What was read of a head so far.
#[derive(Debug, Default)]
pub(super) struct Head {
    first: Option<First>,
    fields: usize,
    host: Option<Vec<u8>>,
    length: Option<u64>,
    chunked: bool,
    close: bool,
    keep_alive: bool,
}

/// What the first line says.
#[derive(Debug)]
struct First {
    is_11: bool,
    is_post: bool,
    authority: Option<Vec<u8>>,
}

impl Head {
    /// Takes the next line, without its CRLF; the empty one ends the head.
    ///
    /// # Errors
    /// The line could be read in two ways, or in none.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<Option<Outcome>, Refused> {
        if self.first.is_none() {
            self.first = Some(first(line)?);
            return Ok(None);
        }
        if line.is_empty() {
            return self.end().map(Some);
        }
        self.fields += 1;
        if self.fields > MOST_FIELDS {
            return Err(Refused::head_too_large("the request has too many header fields"));
        }
        let (name, value) = field(line)?;
        self.field(name, value)?;
        Ok(None)
    }

    fn field(&mut self, name: &[u8], value: &[u8]) -> Result<(), Refused> {
        let mut lower = [0; LONGEST_KNOWN];
        let Some(lower) = lower.get_mut(..name.len()) else { return Ok(()) };
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        match &*lower {
            b"host" if self.host.is_some() => return refuse("there is more than one Host"),
            b"host" if !is_host(value) => return refuse("the Host is no host"),
            b"host" => self.host = Some(value.to_ascii_lowercase()),
            b"content-length" if self.length.is_some() => {
                return refuse("there is more than one Content-Length");
            }
            b"content-length" => self.length = Some(length(value)?),
            b"transfer-encoding" if self.chunked => {
                return refuse("there is more than one Transfer-Encoding");
            }
            b"transfer-encoding" if value.eq_ignore_ascii_case(b"chunked") => self.chunked = true,
            b"transfer-encoding" => return refuse("the only Transfer-Encoding taken is `chunked`"),
            b"connection" => {
                for option in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                    self.close |= option.eq_ignore_ascii_case(b"close");
                    self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
                }
            }
            // Some gateways take `_` for `-`.
            b"content_length" | b"transfer_encoding" => {
                return refuse("a header field only looks like one that frames the body");
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&self) -> Result<Outcome, Refused> {
        let Some(first) = &self.first else {
            return refuse("there is no request line");
        };
        if first.is_11 && self.host.is_none() {
            return refuse("there is no Host");
        }
        if let (Some(authority), Some(host)) = (&first.authority, &self.host)
            && authority != host
        {
            return refuse("the target and Host name two hosts");
        }
        let framing = match (self.chunked, self.length) {
            (true, Some(_)) => return refuse("there are both Content-Length and Transfer-Encoding"),
            (true, None) if !first.is_11 => return refuse("HTTP/1.0 has no Transfer-Encoding"),
            (true, None) => Framing::Chunks,
            (false, Some(length)) => Framing::Length(length),
            (false, None) if first.is_post && !first.is_11 => {
                return refuse("a POST of HTTP/1.0 needs a Content-Length");
            }
            (false, None) => Framing::Length(0),
        };
        let is_last = self.close || (!first.is_11 && !self.keep_alive);
        Ok(Outcome { framing, is_last })
    }
}

/// Reads a header field: a name, a colon right behind it, and a value between optional blanks.
pub(super) fn field(line: &[u8]) -> Result<(&[u8], &[u8]), Refused> {
    if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
        return refuse("a header field goes on in the next line");
    }
    let colon = memchr(b':', line);
    let Some((name, value)) = colon.and_then(|colon| Some((line.get(..colon)?, line.get(colon + 1..)?)))
    else {
        return refuse("a header line has no colon");
    };
    if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) {
        return refuse("a header field has no proper name");
    }
    // All of them, whatever the first says: that is done many bytes at a time.
    let is_text = |byte: u8| matches!(byte, b'\t' | b' '..=b'~' | 0x80..);
    if !value.iter().fold(true, |all, byte| all & is_text(*byte)) {
        return refuse("a header field has a control character in it");
    }
    Ok((name, trim(value)))
}

fn first(line: &[u8]) -> Result<First, Refused> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return refuse("the request line is not `method target version`");
    };
    if method.is_empty() || method.len() > LONGEST_METHOD || !method.iter().all(|byte| is_token(*byte)) {
        return refuse("the method is none");
    }
    let is_11 = match version {
        b"HTTP/1.1" => true,
        b"HTTP/1.0" => false,
        _ => return refuse("the version is neither HTTP/1.1 nor HTTP/1.0"),
    };
    if target.len() > LONGEST_TARGET {
        return Err(Refused::target_too_long());
    }
    let authority = authority(method, target)?;
    Ok(First { is_11, is_post: method == b"POST", authority })
}

/// Checks the target; gives the host that it names, if it names one.
fn authority(method: &[u8], target: &[u8]) -> Result<Option<Vec<u8>>, Refused> {
    if method == b"CONNECT" {
        return refuse("this server is no proxy");
    }
    if target == b"*" {
        return if method == b"OPTIONS" { Ok(None) } else { refuse("only OPTIONS asks of `*`") };
    }
    let is_readable = target.iter().all(|byte| matches!(byte, b'!'..=b'~') && *byte != b'#');
    if !is_readable || (!is_plain(target) && Uri::try_from(target).is_err()) {
        return refuse("the target is no URI");
    }
    if target.starts_with(b"/") {
        return Ok(None);
    }
    let lower = target.to_ascii_lowercase();
    let rest = lower.strip_prefix(b"http://").or_else(|| lower.strip_prefix(b"https://"));
    let Some(host) = rest.and_then(|rest| rest.split(|byte| matches!(byte, b'/' | b'?')).next()) else {
        return refuse("the target is neither a path nor an http address");
    };
    if host.is_empty() || !is_host(host) {
        refuse("the target names no host")
    } else {
        Ok(Some(host.to_owned()))
    }
}

/// Whether nobody needs to look closer to see that this is a path, with a query or without.
fn is_plain(target: &[u8]) -> bool {
    let stands_for_itself = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~' | b'?' | b'=' | b'&')
    };
    target.starts_with(b"/") && target.iter().fold(true, |all, byte| all & stands_for_itself(*byte))
}

fn length(value: &[u8]) -> Result<u64, Refused> {
    const WRONG: Refused = Refused::bad("the Content-Length is no number");
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(WRONG);
    }
    std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok()).ok_or(WRONG)
}

fn is_host(value: &[u8]) -> bool {
    !value.is_empty()
        && value.iter().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'.' | b'-' | b'_' | b'~' | b':' | b'[' | b']' | b'%')
        })
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// Without blanks and tabs at the ends; other white space is none here.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

fn refuse<T>(why: &'static str) -> Result<T, Refused> {
    Err(Refused::bad(why))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn read(head: &str) -> Result<Outcome, Refused> {
        let mut reader = Head::default();
        for line in head.split("\r\n") {
            if let Some(outcome) = reader.line(line.as_bytes())? {
                return Ok(outcome);
            }
        }
        panic!("it did not end");
    }

    #[rstest]
    #[case("GET / HTTP/1.1\r\nHost: a\r\n", Framing::Length(0), false)]
    #[case("GET /a?b=%20&c HTTP/1.0\r\n", Framing::Length(0), true)]
    #[case("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n", Framing::Length(0), false)]
    #[case(
        "POST / HTTP/1.1\r\nhost:a:80\r\ncontent-length:\t7 \r\nConnection: x, Close\r\n",
        Framing::Length(7),
        true
    )]
    #[case("POST / HTTP/1.1\r\nHost: [::1]:3000\r\nTransfer-Encoding: Chunked\r\n", Framing::Chunks, false)]
    #[case("GET http://A.example/x HTTP/1.1\r\nHost: a.Example\r\n", Framing::Length(0), false)]
    #[case("OPTIONS * HTTP/1.1\r\nHost: a\r\nX-Text: caf\u{e9}\r\n", Framing::Length(0), false)]
    fn a_head_says_how_its_body_is_framed(
        #[case] head: &str,
        #[case] framing: Framing,
        #[case] is_last: bool,
    ) {
        assert_eq!(read(head), Ok(Outcome { framing, is_last }));
    }

    #[rstest]
    #[case("GET /#part HTTP/1.1\r\nHost: a\r\n")]
    #[case("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n")]
    #[case("GET http://a@b/ HTTP/1.1\r\nHost: a\r\n")]
    #[case("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n")]
    #[case("GET * HTTP/1.1\r\nHost: a\r\n")]
    #[case("GET / HTTP/1.1\r\nHost:\r\n")]
    #[case("GET / HTTP/1.1\r\nHost: a b\r\n")]
    #[case("G@T / HTTP/1.1\r\nHost: a\r\n")]
    #[case("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n")]
    fn what_could_be_read_in_two_ways_is_refused(#[case] head: &str) {
        assert!(read(head).is_err());
    }

    proptest! {
        #[test]
        fn what_is_plain_is_a_uri(target in "/[-/._~?=&a-zA-Z0-9]{0,40}") {
            prop_assert!(is_plain(target.as_bytes()));
            prop_assert!(Uri::try_from(target.as_bytes()).is_ok());
        }

        #[test]
        fn nothing_is_plain_that_is_no_uri(target in "/[a-z]{0,2}[ -~]?[a-z]{0,2}") {
            prop_assert!(!is_plain(target.as_bytes()) || Uri::try_from(target.as_bytes()).is_ok());
        }
    }

    #[test]
    fn too_much_of_anything_is_refused() {
        let long = "x".repeat(LONGEST_TARGET);
        let target = read(&format!("GET /{long} HTTP/1.1\r\nHost: a\r\n")).unwrap_err();
        assert_eq!(target.kind().map(|kind| kind.status), Some(414));
        let many = "A: b\r\n".repeat(MOST_FIELDS);
        let fields = read(&format!("GET / HTTP/1.1\r\nHost: a\r\n{many}")).unwrap_err();
        assert_eq!(fields.kind().map(|kind| kind.status), Some(431));
    }
}
