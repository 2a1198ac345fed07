//! How often one may ask, and how many at a time.

use std::sync::Arc;
use std::time::Duration;

use crm_http::options::{HttpOptions, Rate, Rates};
use reqwest::Method;
use serde_json::json;

use crate::support::server::{TestServer, login, options};
use crate::support::world::{PASSWORD, World};

const GENEROUS: Rate = Rate { per_second: 1000, burst: 1000 };
const STRICT: Rate = Rate { per_second: 1, burst: 2 };

async fn limited(rates: Rates) -> TestServer {
    TestServer::with(HttpOptions { rates: Some(rates), trusts_proxy: Arc::new(|_| true), ..options() }).await
}

#[tokio::test]
async fn an_account_that_asks_too_often_is_told_to_wait() {
    let world = World::on(limited(Rates { login: GENEROUS, read: STRICT, write: GENEROUS }).await).await;
    for _ in 0..2 {
        world.owner.get("/api/leads").await.expect(200);
    }
    let early = world.owner.get("/api/leads").await;
    assert_eq!(early.verdict(), (429, "too_many_requests"));
    assert_eq!(early.header("retry-after"), "1");
    world.other.get("/api/leads").await.expect(200);
    world.owner.post("/api/leads", &json!({ "name": "Acme" })).await.expect(201);
    for _ in 0..5 {
        world.owner.get("/health").await.expect(200);
    }
}

#[tokio::test]
async fn an_address_that_tries_passwords_is_told_to_wait() {
    let server = limited(Rates { login: STRICT, read: GENEROUS, write: GENEROUS }).await;
    let nobody = server.nobody();
    let from = |address: &'static str| {
        let request = nobody.request(Method::POST, "/api/auth/login").header("x-forwarded-for", address);
        nobody.send(request.json(&login("nobody@example.com", PASSWORD)))
    };
    assert_eq!(from("198.51.100.1").await.status, 401);
    assert_eq!(from("198.51.100.1").await.status, 401);
    assert_eq!(from("198.51.100.1").await.verdict(), (429, "too_many_requests"));
    assert_eq!(from("198.51.100.2").await.status, 401);
}

#[tokio::test]
async fn bad_tokens_and_unknown_paths_count_too() {
    let server = limited(Rates { login: GENEROUS, read: STRICT, write: GENEROUS }).await;
    let nobody = server.nobody().with_token("guess");
    assert_eq!(nobody.get("/api/leads").await.status, 401);
    assert_eq!(nobody.get("/nowhere").await.status, 404);
    assert_eq!(nobody.get("/api/leads").await.status, 429);
    assert_eq!(nobody.get("/nowhere").await.status, 429);
}

#[tokio::test]
async fn without_limits_nobody_waits() {
    let world = World::new().await;
    for _ in 0..100 {
        world.owner.get("/api/auth/me").await.expect(200);
    }
}

#[tokio::test]
async fn a_server_with_no_room_says_so_and_stays_alive() {
    let server = TestServer::with(HttpOptions {
        max_in_flight: 0,
        room_timeout: Duration::from_millis(10),
        ..options()
    })
    .await;
    let nobody = server.nobody();
    let reply = nobody.get("/api/auth/bootstrap/check").await;
    assert_eq!(reply.verdict(), (503, "overloaded"));
    assert_eq!(reply.header("retry-after"), "1");
    nobody.get("/healthz").await.expect(200);
    nobody.get("/readyz").await.expect(200);
}
