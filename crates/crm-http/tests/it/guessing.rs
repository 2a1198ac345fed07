//! Who fails too often has to wait, by whatever route they guess.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use crm_app::auth::guard::Guard;
use crm_app::ports::passwords::{HashError, Passwords};
use crm_domain::password_hash::PasswordHash;
use crm_domain::throttle::limits::Limits;
use crm_http::options::HttpOptions;
use crm_testkit::blinding::PlainBlinding;
use crm_testkit::passwords::PlainPasswords;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::support::client::Reply;
use crate::support::server::{TestServer, login, options};
use crate::support::world::{PASSWORD, World, make_user};

/// A server on which the usual limits hold and every peer is a proxy of ours.
async fn guarded() -> TestServer {
    let options = HttpOptions { trusts_proxy: Arc::new(|peer| peer.is_loopback()), ..options() };
    TestServer::built(options, |ctx| {
        ctx.guard = Arc::new(Guard::new(Limits::default(), Arc::new(PlainBlinding)));
    })
    .await
}

/// Checks passwords once it may.
struct Held {
    checking: AtomicUsize,
    gate: Semaphore,
}

#[async_trait]
impl Passwords for Held {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashError> {
        PlainPasswords.hash(password).await
    }

    async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        self.checking.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        PlainPasswords.verify(password, hash).await
    }

    fn is_outdated(&self, hash: &PasswordHash, password: &SecretString) -> bool {
        PlainPasswords.is_outdated(hash, password)
    }
}

/// Waits until this holds; it does within moments, or the test fails.
async fn until(holds: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("it does not come to that");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_users_behind_one_address_sign_in_at_one_moment() {
    let held = Arc::new(Held { checking: AtomicUsize::new(0), gate: Semaphore::new(0) });
    let options = HttpOptions { trusts_proxy: Arc::new(|peer| peer.is_loopback()), ..options() };
    let passwords = Arc::<Held>::clone(&held);
    let server = TestServer::built(options, |ctx| {
        ctx.guard = Arc::new(Guard::new(Limits::default(), Arc::new(PlainBlinding)));
        ctx.passwords = passwords;
    })
    .await;
    let email = |number: usize| format!("user{number}@example.com");
    for number in 0..20 {
        make_user(&server, "User", &email(number), "agent").await;
    }
    let server = Arc::new(server);
    let guard = Arc::clone(&server.ctx().guard);
    for (address, password, wanted) in [
        ("192.0.2.1", PASSWORD, vec![200; 20]),
        // Of twenty wrong ones no more are looked at than when they come one after the other.
        ("192.0.2.2", "guess", [[401; 10], [429; 10]].concat()),
    ] {
        let before = held.checking.load(Ordering::SeqCst);
        let asked = (0..20).map(|number| {
            let (server, body) = (Arc::clone(&server), login(&email(number), password));
            tokio::spawn(async move { post_from(&server, address, "/api/auth/login", &body).await.status })
        });
        let asked: Vec<_> = asked.collect();
        until(|| held.checking.load(Ordering::SeqCst) == before + 10 && guard.waiting() == 10).await;
        // Meanwhile others are answered.
        server.nobody().get("/api/auth/bootstrap/check").await.expect(200);
        held.gate.add_permits(20);
        let mut statuses = Vec::new();
        for answer in asked {
            statuses.push(answer.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!((statuses, guard.waiting()), (wanted, 0));
        held.gate.forget_permits(20);
    }
}

#[tokio::test]
async fn all_addresses_of_an_ipv6_network_have_four_times_the_failures_of_one() {
    let server = guarded().await;
    for number in 0..40 {
        let guess = login(&format!("user{number}@example.com"), "guess");
        let address = format!("2001:db8:0:{number:x}::{number:x}");
        post_from(&server, &address, "/api/auth/login", &guess).await.expect(401);
    }
    let guess = login("another@example.com", "guess");
    let reply = post_from(&server, "2001:db8:0:ff::1", "/api/auth/login", &guess).await;
    assert_eq!((reply.verdict(), reply.header("retry-after")), ((429, "too_many_attempts"), "2"));
    post_from(&server, "2001:db8:0:100::1", "/api/auth/login", &guess).await.expect(401);
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
    server.offer_setup().await;
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
