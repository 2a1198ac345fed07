//! TLS from the program itself.

use std::time::Duration;

use chrono::Datelike;
use crm_app::ports::clock::Clock as _;
use crm_server::clock::SystemClock;
use rustls::version::TLS12;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::place::Place;
use crate::support::tls::{Pair, ask};
use crate::support::until;

const PATIENCE: Duration = Duration::from_secs(40);
const HTTP_1: &[u8] = b"http/1.1";
const HTTP_2: &[u8] = b"h2";

/// A folder with this pair, which its server serves.
fn encrypted(pair: &Pair) -> Place {
    let place = Place::new()
        .with("CRM__SERVER__TLS__CERT_FILE", "cert.pem")
        .with("CRM__SERVER__TLS__KEY_FILE", "key.pem");
    pair.write_certificate(place.folder());
    pair.write_key(place.folder());
    place
}

#[tokio::test]
async fn clients_speak_http_1_1_over_tls_and_are_told_to_stay_with_it() {
    let pair = Pair::new();
    let place = encrypted(&pair);
    let server = place.serve();
    assert!(server.url().starts_with("https://127.0.0.1:"), "{}", server.url());

    let mut stream = pair.connect(server.port(), &[HTTP_1]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(HTTP_1));
    let answer = ask(&mut stream).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.to_lowercase().contains("strict-transport-security: max-age="), "{answer}");

    let mut old = pair.connect_with(server.port(), &[], &[&TLS12]).await.unwrap();
    assert!(ask(&mut old).await.unwrap().starts_with("HTTP/1.1 200 "));

    server.stop();
}

/// A connection that HTTP/2 would take for 300,000 requests: the framework counts no streams.
#[tokio::test]
async fn http_2_is_neither_offered_nor_spoken_and_takes_no_memory() {
    let pair = Pair::new();
    let place = encrypted(&pair);
    let server = place.serve();
    let stream = pair.connect(server.port(), &[HTTP_2, HTTP_1]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(HTTP_1));
    assert!(pair.connect(server.port(), &[HTTP_2]).await.is_err(), "there is no common protocol");

    let requests = prior_knowledge(300_000);
    let before = server.resident_kib();
    for offered in [&[HTTP_1][..], &[]] {
        let mut stream = pair.connect(server.port(), offered).await.unwrap();
        // The server closes the connection somewhere in between.
        let _closed = stream.write_all(&requests).await;
        let mut answer = Vec::new();
        let _closed = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    let grown = server.resident_kib().saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB more for {} bytes", requests.len());
    server.stop();
}

/// What a client sends that takes HTTP/2 for granted: the preface, its settings, and so many requests on streams of their
/// own, none of which is ever finished.
fn prior_knowledge(streams: u32) -> Vec<u8> {
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    // POST, https, / and an authority, as indexes of the static table of HPACK and one literal.
    let fields = [0x83, 0x87, 0x84, 0x41, 0x01, b'a'];
    for number in 0..streams {
        // Its length, HEADERS, END_HEADERS, the stream.
        sent.extend([0, 0, 6, 1, 4]);
        sent.extend((2 * number + 1).to_be_bytes());
        sent.extend(fields);
    }
    sent
}

#[tokio::test]
async fn who_does_not_know_the_certificate_or_speaks_in_clear_gets_nothing() {
    let pair = Pair::new();
    let place = encrypted(&pair);
    let server = place.serve();
    assert!(Pair::new().connect(server.port(), &[HTTP_1]).await.is_err(), "another certificate was expected");
    assert!(pair.connect(server.port(), &[b"spdy/3"]).await.is_err(), "there is no common protocol");

    let mut clear = TcpStream::connect(format!("127.0.0.1:{}", server.port())).await.unwrap();
    clear.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut told = Vec::new();
    clear.read_to_end(&mut told).await.ok();
    assert!(!told.starts_with(b"HTTP/"), "{}", String::from_utf8_lossy(&told));
    server.stop();
}

#[tokio::test]
async fn a_new_pair_is_for_new_connections_and_a_broken_one_is_told_once_and_not_taken() {
    let first = Pair::new();
    let place = encrypted(&first);
    let server = place.serve();
    let mut open = first.connect(server.port(), &[HTTP_1]).await.unwrap();
    ask(&mut open).await.unwrap();

    let second = Pair::new();
    second.write_key(place.folder());
    second.write_certificate(place.folder());
    let is_new = async || second.connect(server.port(), &[HTTP_1]).await.is_ok();
    until("new connections get the new certificate", PATIENCE, is_new).await;
    assert!(ask(&mut open).await.unwrap().starts_with("HTTP/1.1 200 "), "the open one was not dropped");

    let told = |what: &str| server.complaints().matches(what).count();
    let broken = "cannot be used; the old ones stay";
    let before = told(broken);
    Pair::new().write_key(place.folder());
    until("the wrong pair is told", PATIENCE, async || told(broken) > before).await;
    let mut stream = second.connect(server.port(), &[HTTP_1]).await.unwrap();
    ask(&mut stream).await.unwrap();

    second.write_key(place.folder());
    let taken = told("get the new certificate");
    until("the pair is whole again", PATIENCE, async || told("get the new certificate") > taken).await;
    assert_eq!(told(broken), before + 1, "{}", server.complaints());
    server.stop();
}

#[test]
fn a_pair_that_does_not_fit_is_not_served_and_the_key_is_not_shown() {
    let place = encrypted(&Pair::new());
    Pair::new().write_key(place.folder());
    let ended = place.run(&["serve"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("do not fit together"), "{ended:?}");
    std::fs::write(place.folder().join("key.pem"), "-----BEGIN PRIVATE KEY-----\nhunter2\n").unwrap();
    let ended = place.run(&["serve"]);
    assert!(ended.err.contains("key.pem cannot be read") && !ended.err.contains("hunter2"), "{ended:?}");
}

#[tokio::test]
async fn the_health_check_speaks_tls_where_the_server_does() {
    let pair = Pair::new();
    let place = encrypted(&pair);
    let server = place.serve();
    let checking = encrypted(&Pair::new()).with("CRM__SERVER__PORT", server.port());
    // It gives a server two seconds, which a crowded machine may need for a handshake; containers ask again too.
    let is_alive = async || checking.run(&["healthcheck"]).code == 0;
    until("the health check is answered", Duration::from_secs(30), is_alive).await;
    server.stop();
    assert_eq!(checking.run(&["healthcheck"]).code, 1);
}

#[test]
fn the_doctor_finds_a_certificate_that_ends_soon_or_has_ended() {
    let soon = SystemClock.now().utc().date_naive() + chrono::Days::new(10);
    let (month, day) = (u8::try_from(soon.month()).unwrap(), u8::try_from(soon.day()).unwrap());
    for (pair, code, found) in [
        (Pair::new(), 0, "ok     tls"),
        (Pair::until(soon.year(), month, day), 0, "look   tls"),
        (Pair::until(2020, 1, 1), 1, "WRONG  tls"),
    ] {
        let ended = encrypted(&pair).run(&["doctor"]);
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.out.lines().any(|line| line.starts_with(found)), "{ended:?}");
    }
}
