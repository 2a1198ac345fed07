//! Who fails too often has to wait, by whatever route they guess.

use std::sync::Arc;
use std::time::Duration;

use crm_app::auth::guard::Guard;
use crm_domain::throttle::limits::Limits;
use crm_http::options::HttpOptions;
use crm_testkit::blinding::PlainBlinding;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::Reply;
use crate::support::server::{TestServer, login, options};
use crate::support::world::{PASSWORD, World};

/// A server on which the usual limits hold and every peer is a proxy of ours.
async fn guarded() -> TestServer {
    let options = HttpOptions { trusts_proxy: Arc::new(|peer| peer.is_loopback()), ..options() };
    TestServer::built(options, |ctx| {
        ctx.guard = Arc::new(Guard::new(Limits::default(), Arc::new(PlainBlinding)));
    })
    .await
}

async fn post_from(server: &TestServer, address: &str, path: &str, body: &Value) -> Reply {
    let nobody = server.nobody();
    let request = nobody.request(Method::POST, path).header("x-forwarded-for", address);
    nobody.send(request.json(body)).await
}

#[tokio::test]
async fn strangers_are_told_to_wait_and_the_owner_signs_in_from_where_they_did_before() {
    let world = World::on(guarded().await).await;
    let server = &world.server;
    let (right, wrong) = (login("owner@example.com", PASSWORD), login("owner@example.com", "guess"));
    let home = "198.51.100.1";
    post_from(server, home, "/api/auth/login", &right).await.expect(200);
    for number in 0..5 {
        // What a client claims left of the last stranger proves nothing.
        let address = format!("{home}, 203.0.113.{number}");
        let reply = post_from(server, &address, "/api/auth/login", &wrong).await;
        assert_eq!(reply.verdict(), (401, "invalid_credentials"));
    }
    let reply = post_from(server, "203.0.113.99", "/api/auth/login", &right).await;
    assert_eq!((reply.verdict(), reply.header("retry-after")), ((429, "too_many_attempts"), "1"));
    post_from(server, home, "/api/auth/login", &right).await.expect(200);
    server.clock.advance(Duration::from_secs(1));
    post_from(server, "203.0.113.99", "/api/auth/login", &right).await.expect(200);
}

#[tokio::test]
async fn an_address_that_guesses_at_many_accounts_or_at_the_setup_token_is_told_to_wait() {
    let server = guarded().await;
    let set_up = |token: &str| json!({ "name": "Root", "email": "root@example.com", "password": PASSWORD, "setupToken": token });
    for number in 0..5 {
        let guess = login(&format!("user{number}@example.com"), "guess");
        post_from(&server, "203.0.113.1", "/api/auth/login", &guess).await.expect(401);
        let reply = post_from(&server, "203.0.113.1", "/api/auth/bootstrap", &set_up("guess")).await;
        assert_eq!(reply.bad_fields(), ["setupToken wrong_setup_token"]);
    }
    for (path, body) in [("login", login("user6@example.com", "guess")), ("bootstrap", set_up("guess"))] {
        let reply = post_from(&server, "203.0.113.1", &format!("/api/auth/{path}"), &body).await;
        assert_eq!(
            (reply.verdict(), reply.header("retry-after")),
            ((429, "too_many_attempts"), "6"),
            "{path}"
        );
    }
    let token = crate::support::server::SETUP_TOKEN;
    post_from(&server, "203.0.113.2", "/api/auth/bootstrap", &set_up(token)).await.expect(201);
}

#[tokio::test]
async fn whoever_has_somebodys_token_does_not_guess_their_password() {
    let world = World::on(guarded().await).await;
    let guess = json!({ "currentPassword": "guess", "newPassword": "another horse 8" });
    for _ in 0..10 {
        world.owner.post("/api/auth/password", &guess).await.expect(400);
    }
    let reply = world.owner.post("/api/auth/password", &guess).await;
    assert_eq!((reply.verdict(), reply.header("retry-after")), ((429, "too_many_attempts"), "10"));
    world.server.sign_in("owner@example.com", PASSWORD).await;
    world.owner.post("/api/auth/password", &guess).await.expect(400);
}
