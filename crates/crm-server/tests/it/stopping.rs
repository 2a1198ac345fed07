//! Stopping: what is in flight is finished, and nobody is waited for longer than that. Under load: suite `sigterm` of
//! `crm-faults`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::server::Server;
use crate::support::until;

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

#[tokio::test]
async fn a_hang_up_stops_the_server_as_sigterm_does() {
    let place = Place::seeded();
    let server = place.serve();
    server.signal(Signal::HUP);
    let (status, complaints) = server.ended();
    assert_eq!(status.code(), Some(0), "{complaints}");
    assert!(complaints.contains("SIGHUP"), "{complaints}");
}

#[tokio::test]
async fn a_hang_up_that_was_ignored_at_the_start_stays_ignored() {
    let place = Place::seeded();
    // As `nohup` does: an ignored signal stays ignored across exec.
    let program = place.command(&["serve"]);
    let mut shell = place.shell("trap '' HUP; exec \"$0\" serve");
    shell.arg(program.get_program());
    let server = Server::start(shell);
    server.signal(Signal::HUP);
    let admin = Client::admin(server.url()).await;
    assert_eq!(admin.get("/readyz").await.0, 200);
    let complaints = server.stop();
    assert!(complaints.contains("SIGTERM") && !complaints.contains("SIGHUP"), "{complaints}");
}
