//! Stopping under load: nothing is cut off, and nothing that was answered is lost.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::until;

const CLIENTS: u64 = 8;
/// Writes that must have been answered before the signal.
const WARM: u64 = 100;

/// What became of one client's requests.
#[derive(Default)]
struct Tally {
    written: Vec<String>,
    cut_off: u64,
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_under_load_ends_with_0_and_cuts_no_answer_off() {
    let place = Place::seeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let answered = Arc::new(AtomicU64::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| tokio::spawn(load(admin.at(server.url()), number, Arc::clone(&answered))))
        .collect();
    until("the server is warm", Duration::from_secs(30), async || answered.load(Ordering::Relaxed) >= WARM)
        .await;
    server.signal(Signal::TERM);
    let (status, complaints) = tokio::task::spawn_blocking(|| server.ended()).await.unwrap();
    assert_eq!(status.code(), Some(0), "{complaints}");
    let tallies: Vec<Tally> = join_all(clients).await.into_iter().map(Result::unwrap).collect();
    let cut_off: u64 = tallies.iter().map(|tally| tally.cut_off).sum();
    let written: Vec<String> = tallies.into_iter().flat_map(|tally| tally.written).collect();
    println!("{} writes were answered, {cut_off} answers were cut off", written.len());
    assert_eq!(cut_off, 0);
    // What a client was not told is not there either: the server ended between requests, not within one.
    let stored: u32 = place
        .sql()
        .query_row("SELECT count(*) FROM lead WHERE name LIKE 'Load %'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(stored, u32::try_from(written.len()).unwrap());
    assert!(!place.store().with_extension("db-wal").exists(), "the log was emptied");
    assert_eq!(place.run(&["doctor", "--recount"]).code, 0);
}

/// Writes and reads until the server does not answer any more.
async fn load(client: Client, number: u64, answered: Arc<AtomicU64>) -> Tally {
    let mut tally = Tally::default();
    for turn in 0.. {
        let body = json!({ "name": format!("Load {number}-{turn}") });
        let request = client.request(Method::POST, "/api/leads", Some(body));
        let Ok(response) = request.send().await else { break };
        assert_eq!(response.status(), 201);
        match response.bytes().await {
            Ok(bytes) => tally.written.push(String::from_utf8(bytes.to_vec()).unwrap()),
            Err(_) => tally.cut_off += 1,
        }
        answered.fetch_add(1, Ordering::Relaxed);
        let Ok(response) = client.request(Method::GET, "/api/leads?limit=100", None).send().await else {
            break;
        };
        tally.cut_off += u64::from(response.bytes().await.is_err());
    }
    tally
}

#[tokio::test]
async fn a_server_that_nobody_talks_to_stops_at_once_although_connections_are_open() {
    let place = Place::seeded().with("CRM__SERVER__SHUTDOWN_TIMEOUT_S", "60");
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    assert_eq!(admin.get("/readyz").await.0, 200);
    let begun = std::time::Instant::now();
    server.stop();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

/// The head of a sign-in and the first bytes of its body: a request that the server has begun to read.
fn half_a_sign_in(url: &str) -> (TcpStream, &'static str) {
    let body = r#"{"email":"admin@crm.com","password":"Admin@123"}"#;
    let (first, rest) = body.split_at(9);
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST /api/auth/login HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    // The server answers this when it has come to the body, so that the request is in flight for sure.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(go_on, *b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(first.as_bytes()).unwrap();
    (stream, rest)
}

async fn accepts_no_more(url: &str) {
    let address = url.trim_start_matches("http://").to_owned();
    until("nobody is let in", Duration::from_secs(5), async || TcpStream::connect(&address).is_err()).await;
}

#[tokio::test]
async fn a_request_in_flight_is_finished_after_the_signal() {
    let place = Place::seeded();
    let server = place.serve();
    let url = server.url().to_owned();
    let (mut stream, rest) = half_a_sign_in(&url);
    server.signal(Signal::TERM);
    accepts_no_more(&url).await;
    stream.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("accessToken"), "{answer}");
    let (status, complaints) = server.ended();
    assert_eq!(status.code(), Some(0), "{complaints}");
}

#[tokio::test]
async fn a_second_signal_ends_the_server_at_once() {
    let place = Place::seeded();
    let server = place.serve();
    let url = server.url().to_owned();
    let (_stream, _) = half_a_sign_in(&url);
    server.signal(Signal::TERM);
    accepts_no_more(&url).await;
    server.signal(Signal::INT);
    let (status, complaints) = server.ended();
    assert_eq!(status.code(), Some(130), "{complaints}");
    place.serve().stop();
}
