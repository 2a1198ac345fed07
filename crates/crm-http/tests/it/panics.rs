//! A panic is answered, and the server lives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crm_http::options::HttpOptions;
use reqwest::Method;

use crate::support::server::{TestServer, login, options};
use crate::support::world::{PASSWORD, World};

/// Hashes nothing.
struct Panicking;

#[async_trait::async_trait]
impl crm_app::ports::passwords::Passwords for Panicking {
    async fn hash(
        &self,
        _: secrecy::SecretString,
    ) -> Result<crm_domain::password_hash::PasswordHash, crm_app::ports::passwords::HashError> {
        panic!("on purpose")
    }

    async fn verify(
        &self,
        _: secrecy::SecretString,
        _: Option<crm_domain::password_hash::PasswordHash>,
    ) -> Result<bool, crm_app::ports::passwords::HashError> {
        panic!("on purpose")
    }

    fn is_outdated(&self, _: &crm_domain::password_hash::PasswordHash, _: &secrecy::SecretString) -> bool {
        false
    }
}

#[tokio::test]
async fn a_handler_that_panics_is_a_500_and_the_server_goes_on() {
    let server = TestServer::built(options(), |ctx| ctx.passwords = Arc::new(Panicking)).await;
    let nobody = server.nobody();
    for _ in 0..20 {
        let reply = nobody.post("/api/auth/login", &login("nobody@example.com", PASSWORD)).await;
        assert_eq!(reply.verdict(), (500, "internal_error"));
        assert!(!reply.text.contains("purpose"), "{}", reply.text);
        nobody.get("/api/auth/bootstrap/check").await.expect(200);
    }
}

#[tokio::test]
async fn a_panic_on_the_way_to_a_handler_is_a_500_and_the_server_goes_on() {
    let panics = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&panics);
    let trusts_proxy = Arc::new(move |_| {
        assert!(!asked.load(Ordering::Relaxed), "on purpose");
        false
    });
    let server = TestServer::with(HttpOptions { trusts_proxy, ..options() }).await;
    let world = World::on(server).await;
    let nobody = world.server.nobody();
    for _ in 0..20 {
        panics.store(true, Ordering::Relaxed);
        let reply = nobody.bare(Method::GET, "/api/auth/bootstrap/check").await;
        assert_eq!(reply.verdict(), (500, "internal_error"));
        assert!(reply.has("x-request-id"));
        panics.store(false, Ordering::Relaxed);
        nobody.get("/api/auth/bootstrap/check").await.expect(200);
    }
    world.owner.get("/api/leads").await.expect(200);
}
