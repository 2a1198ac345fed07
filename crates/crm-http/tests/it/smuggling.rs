//! Requests that two parsers could read in two ways, said over a bare connection.
//!
//! Behind each stands a request that must never be answered, `GET /healthz`, which would be a 200. A case is good if
//! nothing is ever a 200, at most the first request is answered, with a refusal, and the connection is closed.

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::raw::{Raw, RawAnswer, answers};
use crate::support::server::TestServer;

/// What is smuggled in.
const SMUGGLED: &str = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

/// A request with a body whose header fields (each with its CRLF) and body are these.
fn post(fields: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{fields}\r\n{body}{SMUGGLED}"
    )
    .into_bytes()
}

/// A request in chunks.
fn chunked(body: &str) -> Vec<u8> {
    post("Transfer-Encoding: chunked\r\n", body)
}

/// A request that begins like this, up to the end of its head.
fn head(begin: &str) -> Vec<u8> {
    format!("{begin}\r\n{SMUGGLED}").into_bytes()
}

/// A GET with these header fields beside Host.
fn get(fields: &str) -> Vec<u8> {
    head(&format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{fields}"))
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
#[rustfmt::skip]
fn cases() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        // Two lengths.
        ("CL.TE", post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nG")),
        ("TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "1\r\nG\r\n0\r\n\r\n")),
        ("CL.TE with a length of 0", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        ("two lengths that differ", post("Content-Length: 2\r\nContent-Length: 0\r\n", "{}")),
        ("two lengths that agree", post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}")),
        ("two lengths in one line", post("Content-Length: 2, 2\r\n", "{}")),
        ("two lengths that differ in one line", post("Content-Length: 2, 0\r\n", "{}")),
        ("two lengths in different cases", post("Content-Length: 2\r\ncontent-length: 0\r\n", "{}")),
        ("a length behind 0 of it", post("Content-Length: 0\r\nContent-Length: 37\r\n", "")),

        // Lengths that are no numbers.
        ("length +2", post("Content-Length: +2\r\n", "{}")),
        ("length -2", post("Content-Length: -2\r\n", "{}")),
        ("length 0x2", post("Content-Length: 0x2\r\n", "{}")),
        ("length 2.0", post("Content-Length: 2.0\r\n", "{}")),
        ("length 2e0", post("Content-Length: 2e0\r\n", "{}")),
        ("length 1_0", post("Content-Length: 1_0\r\n", "{}")),
        ("length \"2\"", post("Content-Length: \"2\"\r\n", "{}")),
        ("length 2;", post("Content-Length: 2;\r\n", "{}")),
        ("length 2 2", post("Content-Length: 2 2\r\n", "{}")),
        ("no length at all", post("Content-Length:\r\n", "{}")),
        ("a blank length", post("Content-Length: \t \r\n", "{}")),
        ("length two", post("Content-Length: two\r\n", "{}")),
        ("a length in Arabic digits", post("Content-Length: \u{662}\r\n", "{}")),
        ("a length beyond 64 bits", post("Content-Length: 18446744073709551618\r\n", "{}")),
        ("a length of a hundred digits", post(&format!("Content-Length: {}\r\n", "9".repeat(100)), "{}")),
        ("a vertical tab before the length", post("Content-Length: \x0b2\r\n", "{}")),
        ("a form feed behind the length", post("Content-Length: 2\x0c\r\n", "{}")),

        // Names that are nearly right.
        ("a blank before the colon of the length", post("Content-Length : 2\r\n", "{}")),
        ("a tab before the colon of the length", post("Content-Length\t: 2\r\n", "{}")),
        ("a blank before the colon of the encoding", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")),
        ("a blank before the name of the length", post(" Content-Length: 2\r\n", "{}")),
        ("a tab before the name of the encoding", post("\tTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        ("Content_Length", post("Content_Length: 2\r\n", "{}")),
        ("Transfer_Encoding", post("Transfer_Encoding: chunked\r\n", "0\r\n\r\n")),
        ("a NUL in the name of the length", post("Content-Length\0: 2\r\n", "{}")),
        ("a no-break space in a name", post("Content-Length\u{a0}: 2\r\n", "{}")),
        ("a name in quotes", post("\"Content-Length\": 2\r\n", "{}")),
        ("no name", get(": x\r\n")),
        ("no colon", get("Content-Length 2\r\n")),
        ("a name with a bracket", get("X(y): z\r\n")),
        ("a name with a slash", get("X/y: z\r\n")),

        // Encodings that are nearly right.
        ("xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")),
        ("chunked in quotes", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")),
        ("chunked twice in a line", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")),
        ("two encodings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        ("chunked, then identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")),
        ("identity, then chunked", post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        ("identity", post("Transfer-Encoding: identity\r\nContent-Length: 2\r\n", "{}")),
        ("gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")),
        ("chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")),
        ("a comma before chunked", post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n")),
        ("a comma behind chunked", post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n")),
        ("chunked;q=1", post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n")),
        ("a vertical tab before chunked", post("Transfer-Encoding: \x0bchunked\r\n", "0\r\n\r\n")),
        ("a NUL behind chunked", post("Transfer-Encoding: chunked\0\r\n", "0\r\n\r\n")),
        ("no encoding", post("Transfer-Encoding:\r\n", "0\r\n\r\n")),
        ("chunked in HTTP/1.0", head("POST /api/auth/login HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n")),

        // Lines that end otherwise.
        ("line feeds only", b"GET /healthz HTTP/1.1\nHost: a\n\nGET /healthz HTTP/1.1\nHost: a\n\n".to_vec()),
        ("a bare line feed behind the request line", head("GET /healthz HTTP/1.1\nHost: a\r\n")),
        ("a bare line feed between fields", get("X: y\nTransfer-Encoding: chunked\r\n")),
        ("a bare line feed before the end", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".to_vec()),
        ("a bare carriage return between fields", get("X: y\rTransfer-Encoding: chunked\r\n")),
        ("a carriage return twice", get("X: y\r\r\n")),
        ("a line that goes on (obs-fold)", get("X: y\r\n Transfer-Encoding: chunked\r\n")),
        ("a line that goes on with a tab", post("Transfer-Encoding:\r\n\tchunked\r\n", "0\r\n\r\n")),
        ("a NUL in a value", get("X: a\0b\r\n")),
        ("a delete character in a value", get("X: a\x7fb\r\n")),
        ("an escape character in a value", get("X: \x1b[31m\r\n")),

        // Request lines.
        ("HTTP/0.9", head("GET /healthz\r\n")),
        ("HTTP/0.9 by name", head("GET /healthz HTTP/0.9\r\nHost: a\r\n")),
        ("HTTP/1.2", head("GET /healthz HTTP/1.2\r\nHost: a\r\n")),
        ("HTTP/2.0", head("GET /healthz HTTP/2.0\r\nHost: a\r\n")),
        ("HTTP/1.10", head("GET /healthz HTTP/1.10\r\nHost: a\r\n")),
        ("HTTP/1", head("GET /healthz HTTP/1\r\nHost: a\r\n")),
        ("http/1.1", head("GET /healthz http/1.1\r\nHost: a\r\n")),
        ("HTTP 1.1", head("GET /healthz HTTP 1.1\r\nHost: a\r\n")),
        ("ICAP/1.0", head("GET /healthz ICAP/1.0\r\nHost: a\r\n")),
        ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec()),
        ("two blanks behind the method", head("GET  /healthz HTTP/1.1\r\nHost: a\r\n")),
        ("two blanks behind the target", head("GET /healthz  HTTP/1.1\r\nHost: a\r\n")),
        ("a tab for a blank", head("GET\t/healthz\tHTTP/1.1\r\nHost: a\r\n")),
        ("a blank before the method", head(" GET /healthz HTTP/1.1\r\nHost: a\r\n")),
        ("a blank behind the version", head("GET /healthz HTTP/1.1 \r\nHost: a\r\n")),
        ("a blank in the target", head("GET /healthz /x HTTP/1.1\r\nHost: a\r\n")),
        ("no target", head("GET HTTP/1.1\r\nHost: a\r\n")),
        ("no method", head("/healthz HTTP/1.1\r\nHost: a\r\n")),
        ("a method with a colon", head("GE:T /healthz HTTP/1.1\r\nHost: a\r\n")),
        ("a method in quotes", head("\"GET\" /healthz HTTP/1.1\r\nHost: a\r\n")),
        ("a NUL in the method", head("GE\0T /healthz HTTP/1.1\r\nHost: a\r\n")),
        ("a method of a thousand letters", head(&format!("{} /healthz HTTP/1.1\r\nHost: a\r\n", "G".repeat(1000)))),
        ("a target that is no path", head("GET healthz HTTP/1.1\r\nHost: a\r\n")),
        ("a target with a NUL", head("GET /healthz\0 HTTP/1.1\r\nHost: a\r\n")),
        ("a target with raw UTF-8", head("GET /h\u{e9}althz HTTP/1.1\r\nHost: a\r\n")),
        ("a target with a fragment", head("GET /healthz#x HTTP/1.1\r\nHost: a\r\n")),
        ("a target with a backslash and a quote", head("GET /healthz\\\"<> HTTP/1.1\r\nHost: a\r\n")),
        ("a target of another scheme", head("GET file:///healthz HTTP/1.1\r\nHost: a\r\n")),
        ("a target of another host", head("GET http://b/healthz HTTP/1.1\r\nHost: a\r\n")),
        ("a target with a user", head("GET http://a@b/healthz HTTP/1.1\r\nHost: b\r\n")),
        ("a target without a host", head("GET http:///healthz HTTP/1.1\r\nHost: a\r\n")),
        ("a star for a GET", head("GET * HTTP/1.1\r\nHost: a\r\n")),
        ("CONNECT", head("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n")),
        ("CONNECT to a path", head("CONNECT /healthz HTTP/1.1\r\nHost: a\r\n")),
        ("a target of 9 KiB", head(&format!("GET /healthz?{} HTTP/1.1\r\nHost: a\r\n", "x".repeat(9 * 1024)))),

        // Hosts.
        ("no Host", head("GET /healthz HTTP/1.1\r\n")),
        ("an empty Host", head("GET /healthz HTTP/1.1\r\nHost:\r\n")),
        ("two Hosts", head("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n")),
        ("two Hosts that agree", head("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n")),
        ("two Hosts in one line", head("GET /healthz HTTP/1.1\r\nHost: a, b\r\n")),
        ("a Host with a path", head("GET /healthz HTTP/1.1\r\nHost: a/b\r\n")),
        ("a Host with a user", head("GET /healthz HTTP/1.1\r\nHost: a@b\r\n")),
        ("a Host with a blank", head("GET /healthz HTTP/1.1\r\nHost: a b\r\n")),

        // Heads that are too large.
        ("a field of 40 KiB", get(&format!("X: {}\r\n", "y".repeat(40 * 1024)))),
        ("a name of 40 KiB", get(&format!("{}: y\r\n", "X".repeat(40 * 1024)))),
        ("a thousand fields", get(&"X: y\r\n".repeat(1000))),
        ("a head that does not end", format!("GET /healthz HTTP/1.1\r\nHost: a\r\nX: {}", "y".repeat(200_000)).into_bytes()),
        ("a request line that does not end", vec![b'G'; 100_000]),

        // Chunks.
        ("a chunk size of 0x2", chunked("0x2\r\n{}\r\n0\r\n\r\n")),
        ("a chunk size of +2", chunked("+2\r\n{}\r\n0\r\n\r\n")),
        ("a chunk size of -2", chunked("-2\r\n{}\r\n0\r\n\r\n")),
        ("no chunk size", chunked("\r\n{}\r\n0\r\n\r\n")),
        ("a blank before a chunk size", chunked(" 2\r\n{}\r\n0\r\n\r\n")),
        ("a blank behind a chunk size", chunked("2 \r\n{}\r\n0\r\n\r\n")),
        ("a chunk size that overflows 32 bits", chunked("100000002\r\n{}\r\n0\r\n\r\n")),
        ("a chunk size that overflows 64 bits", chunked("10000000000000002\r\n{}\r\n0\r\n\r\n")),
        ("a chunk size of a hundred zeros", chunked(&format!("{}2\r\n{{}}\r\n0\r\n\r\n", "0".repeat(100)))),
        ("a chunk size that is no number", chunked("z\r\n{}\r\n0\r\n\r\n")),
        ("a chunk size behind a bare line feed", chunked("2\n{}\r\n0\r\n\r\n")),
        ("a chunk that ends with a bare line feed", chunked("2\r\n{}\n0\r\n\r\n")),
        ("a chunk longer than it says", chunked("2\r\n{ }\r\n0\r\n\r\n")),
        ("a chunk without an end", chunked("2\r\n{}0\r\n\r\n")),
        ("a line feed in an extension", chunked("2;a\nb\r\n{}\r\n0\r\n\r\n")),
        ("a carriage return in an extension", chunked("2;a\rb\r\n{}\r\n0\r\n\r\n")),
        ("a NUL in an extension", chunked("2;a=\0\r\n{}\r\n0\r\n\r\n")),
        ("an extension of 10 KiB", chunked(&format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(10 * 1024)))),
        ("a trailer with a length", chunked("2\r\n{}\r\n0\r\nContent-Length: 37\r\n\r\n")),
        ("a trailer with an encoding", chunked("2\r\n{}\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n")),
        ("a trailer with a host", chunked("2\r\n{}\r\n0\r\nHost: b\r\n\r\n")),
        ("a trailer with a token", chunked("2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n")),
        ("a trailer without a colon", chunked("2\r\n{}\r\n0\r\nnonsense\r\n\r\n")),
        ("a trailer with a bare line feed", chunked("2\r\n{}\r\n0\r\nX: y\n\r\n")),
        ("a trailer of 10 KiB", chunked(&format!("2\r\n{{}}\r\n0\r\nX: {}\r\n\r\n", "y".repeat(10 * 1024)))),

        // No HTTP at all.
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec()),
        ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
        ("NULs", vec![0; 1000]),
        ("two line feeds first", [b"\n\n", SMUGGLED.as_bytes()].concat()),
        ("pipelined garbage", b"nonsense\r\n\r\n".to_vec()),
    ]
}

async fn said(server: &TestServer, bytes: &[u8], piece: usize) -> Option<Vec<RawAnswer>> {
    let mut raw = Raw::connect(server).await;
    for piece in bytes.chunks(piece) {
        raw.send(piece).await;
        tokio::task::yield_now().await;
    }
    raw.until_closed().await.map(|all| answers(&all))
}

#[tokio::test]
async fn nothing_that_can_be_read_in_two_ways_is_ever_read_in_the_wrong_one() {
    let server = TestServer::start().await;
    let cases = cases();
    assert!(cases.len() >= 80, "{}", cases.len());
    let tries = cases.iter().flat_map(|(name, bytes)| [(name, bytes, bytes.len()), (name, bytes, 11)]);
    let wrong: Vec<String> = stream::iter(tries)
        .map(async |(name, bytes, piece)| {
            let Some(told) = said(&server, bytes, piece).await else {
                return Some(format!("{name}: the connection stays open"));
            };
            let statuses: Vec<u16> = told.iter().map(|answer| answer.status).collect();
            let is_refused = matches!(statuses.as_slice(), [] | [400 | 414 | 431]);
            let has_problem = told.iter().all(|answer| answer.body.contains(r#""requestId":""#));
            (!is_refused || !has_problem).then(|| format!("{name}, in pieces of {piece}: {told:?}"))
        })
        .buffer_unordered(16)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), cases.len());
}

#[tokio::test]
async fn a_refusal_comes_behind_the_answers_to_what_came_before_it() {
    let server = TestServer::start().await;
    let both =
        [SMUGGLED.as_bytes(), SMUGGLED.as_bytes(), b"GET / HTTP/9.9\r\n", SMUGGLED.as_bytes()].concat();
    let told = said(&server, &both, both.len()).await.unwrap();
    let statuses: Vec<u16> = told.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 400]);
    let refusal = &told[2];
    for header in [
        "content-type: application/problem+json",
        "connection: close",
        "x-request-id: ",
        "cache-control: no-store",
    ] {
        assert!(refusal.head.to_lowercase().contains(header), "{header} is not in {}", refusal.head);
    }
    assert!(refusal.body.contains(r#""code":"bad_request""#), "{}", refusal.body);
}

#[tokio::test]
async fn what_can_be_read_in_one_way_only_is_answered() {
    let server = TestServer::start().await;
    let login = |fields: &str, body: &str| {
        format!(
            "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{fields}\r\n{body}"
        )
    };
    let chunked = |body: &str| login("Transfer-Encoding: chunked\r\n", body);
    let cases = [
        ("two at once", format!("{SMUGGLED}{SMUGGLED}"), vec![200, 200]),
        ("an empty line between two", format!("{SMUGGLED}\r\n{SMUGGLED}"), vec![200, 200]),
        (
            "a whole address",
            format!("GET http://A/healthz HTTP/1.1\r\nHost: a\r\n\r\n{SMUGGLED}"),
            vec![200, 200],
        ),
        (
            "HTTP/1.0 that keeps alive",
            format!("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n{SMUGGLED}"),
            vec![200, 200],
        ),
        (
            "a length of 0",
            format!("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n{SMUGGLED}"),
            vec![200, 200],
        ),
        ("a body by length", login("Content-Length: 2\r\n", "{}") + SMUGGLED, vec![400, 200]),
        ("a body in chunks", chunked("1\r\n{\r\n1\r\n}\r\n0\r\n\r\n") + SMUGGLED, vec![400, 200]),
        (
            "chunks in upper case",
            login("transfer-encoding:CHUNKED\r\n", "2\r\n{}\r\n0\r\n\r\n") + SMUGGLED,
            vec![400, 200],
        ),
        (
            "chunks with extensions",
            chunked("2;a=b;c=\"d e\"\r\n{}\r\n0;z\r\n\r\n") + SMUGGLED,
            vec![400, 200],
        ),
        ("chunks with a trailer", chunked("2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n") + SMUGGLED, vec![400, 200]),
        (
            "a body that nobody reads",
            format!(
                "POST /api/leads HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{SMUGGLED}"
            ),
            vec![401, 200],
        ),
    ];
    for (name, bytes, expected) in cases {
        for piece in [bytes.len(), 7] {
            let mut raw = Raw::connect(&server).await;
            for piece in bytes.as_bytes().chunks(piece) {
                raw.send(piece).await;
            }
            let told = raw.answers(expected.len()).await;
            let statuses: Vec<u16> = told.iter().map(|answer| answer.status).collect();
            assert_eq!(statuses, expected, "{name}, in pieces of {piece}: {told:?}");
        }
    }
}

#[tokio::test]
async fn nothing_is_answered_behind_a_request_that_closes() {
    let server = TestServer::start().await;
    for closing in [
        "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n",
        "GET /healthz HTTP/1.0\r\n\r\n",
    ] {
        let both = format!("{closing}{SMUGGLED}");
        let told = said(&server, both.as_bytes(), both.len()).await.unwrap();
        assert_eq!(told.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200], "{closing}");
    }
}
