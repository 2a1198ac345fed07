//! Clients that send or take as slowly as they can, and one that does not.
//!
//! In short here; for 2,000 connections of each kind over 60 seconds:
//! `CRM_SLOW_CONNECTIONS=2000 CRM_SLOW_SECONDS=60 cargo test --workspace --test it slow -- --nocapture`

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crm_http::options::HttpOptions;
use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::raw::{Raw, address_of, answers};
use crate::support::server::{TestServer, options};
use crate::support::world::World;

/// How often a slow client does something.
const NOW_AND_THEN: Duration = Duration::from_millis(400);

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Sends a header field now and then, and never the last.
    SlowHead,
    /// Sends a byte of its body now and then.
    SlowBody,
    /// Asks for much, again and again, and takes a few bytes now and then.
    SlowReader,
    /// Connects and says nothing.
    Idle,
    /// Asks once and then says nothing.
    IdleLater,
}

const KINDS: [Kind; 5] = [Kind::SlowHead, Kind::SlowBody, Kind::SlowReader, Kind::Idle, Kind::IdleLater];

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Connects, is slow, and comes back whenever it is thrown out; counts how often that was.
async fn be_slow(kind: Kind, address: String, ended: Arc<AtomicU64>) {
    let address = address.parse().unwrap();
    loop {
        let socket = TcpSocket::new_v4().unwrap();
        if matches!(kind, Kind::SlowReader) {
            socket.set_recv_buffer_size(4096).unwrap();
        }
        if let Ok(mut stream) = socket.connect(address).await {
            be_slow_once(kind, &mut stream).await.ok();
        }
        ended.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(NOW_AND_THEN).await;
    }
}

/// Goes on until the server hangs up.
async fn be_slow_once(kind: Kind, stream: &mut TcpStream) -> std::io::Result<()> {
    let begin: &[u8] = match kind {
        Kind::SlowHead => b"GET /healthz HTTP/1.1\r\nHost: a\r\n",
        Kind::SlowBody => {
            b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
        }
        Kind::SlowReader => b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\n",
        Kind::Idle => b"",
        Kind::IdleLater => b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    };
    stream.write_all(begin).await?;
    let mut piece = [0_u8; 64];
    loop {
        tokio::time::sleep(NOW_AND_THEN).await;
        match kind {
            Kind::SlowHead => stream.write_all(b"X-Slow: 1\r\n").await?,
            Kind::SlowBody => stream.write_all(b" ").await?,
            Kind::SlowReader if stream.read(&mut piece).await? == 0 => return Ok(()),
            Kind::Idle | Kind::IdleLater => while stream.read(&mut piece).await? > 0 {},
            Kind::SlowReader => continue,
        }
        if matches!(kind, Kind::Idle | Kind::IdleLater) {
            return Ok(());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_client_is_served_while_many_others_are_slow_and_those_are_thrown_out() {
    let connections = setting("CRM_SLOW_CONNECTIONS", 100);
    let long = Duration::from_secs(setting("CRM_SLOW_SECONDS", 3));
    let second = Duration::from_secs(1);
    let short = HttpOptions {
        head_timeout: second,
        body_timeout: second,
        answer_timeout: second,
        keep_alive: 3 * second,
        ..options()
    };
    let is_short = long <= 20 * second;
    let options =
        if is_short { short } else { HttpOptions { workers: 0, rates: None, ..HttpOptions::default() } };
    for kind in KINDS {
        let world = World::on(TestServer::with(options.clone()).await).await;
        let ended = Arc::new(AtomicU64::new(0));
        let mut slow = JoinSet::new();
        for _ in 0..connections {
            slow.spawn(be_slow(kind, address_of(&world.server), Arc::clone(&ended)));
        }
        let (mut served, mut longest) = (0, Duration::ZERO);
        let begun = Instant::now();
        // On a busy machine the slow ones may need a little longer to be thrown out.
        while begun.elapsed() < long || (ended.load(Ordering::Relaxed) == 0 && begun.elapsed() < 10 * long) {
            let asked = Instant::now();
            // A connection that is kept is ended after three idle seconds, which on a busy machine may be just now.
            let is_new = is_short || served % 2 == 0;
            let new = world.server.nobody().with_token(world.owner.token());
            let client = if is_new { &new } else { &world.owner };
            client.bare(Method::GET, "/api/leads").await.expect(200);
            longest = longest.max(asked.elapsed());
            served += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        slow.shutdown().await;
        let ended = ended.load(Ordering::Relaxed);
        println!(
            "{connections} x {kind:?} for {long:?}: {served} of {served} good requests served, the slowest in {longest:?}; \
             slow connections ended {ended} times"
        );
        assert!(served > 10 && ended > 0, "{kind:?}: {served} served, {ended} ended");
    }
}

#[tokio::test]
async fn a_head_that_stops_coming_is_a_408_with_a_problem_and_the_connection_is_closed() {
    let second = Duration::from_secs(1);
    let server = TestServer::with(HttpOptions { head_timeout: second, ..options() }).await;
    let mut slow = Raw::connect(&server).await;
    slow.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-").await;
    let told = answers(&slow.until_closed().await.unwrap());
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].status, 408);
    assert!(told[0].body.contains(r#""code":"request_timeout""#), "{told:?}");
}

#[tokio::test]
async fn more_pipelined_answers_than_anybody_takes_end_the_connection() {
    let second = Duration::from_secs(1);
    let server = TestServer::with(HttpOptions { answer_timeout: second, ..options() }).await;
    let mut greedy = Raw::connect(&server).await;
    let ask = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n".repeat(200);
    greedy.send(&ask).await;
    tokio::time::sleep(4 * second).await;
    let taken = greedy.until_closed().await.expect("it is closed");
    assert!(answers(&taken).len() < 200, "it took {} bytes", taken.len());
}

#[tokio::test]
async fn bodies_that_come_slowly_take_no_room_from_others() {
    let server = TestServer::with(HttpOptions {
        max_in_flight: 1,
        max_waiting: 0,
        body_timeout: Duration::from_secs(20),
        ..options()
    })
    .await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut sender = Raw::connect(&server).await;
        sender.send(b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{").await;
        slow.push(sender);
    }
    let nobody = server.nobody();
    for _ in 0..20 {
        nobody.get("/api/auth/bootstrap/check").await.expect(200);
    }
}
