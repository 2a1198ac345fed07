//! Which routes hash passwords.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use crm_app::ports::passwords::{HashError, Passwords};
use crm_domain::password_hash::PasswordHash;
use crm_http::app::routes;
use crm_http::route::{Class, Verb};
use crm_testkit::passwords::PlainPasswords;
use reqwest::Method;
use secrecy::SecretString;
use serde_json::json;

use super::cases::cases;
use super::members::with;
use crate::support::server::{SETUP_TOKEN, TestServer, options};
use crate::support::world::{PASSWORD, World};

/// Hashes as always and counts how often.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Counting {
    fn begin(&self) {
        self.0.store(0, Ordering::SeqCst);
    }

    fn was_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }
}

#[async_trait]
impl Passwords for Counting {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        PlainPasswords.hash(password).await
    }

    async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        PlainPasswords.verify(password, hash).await
    }

    fn is_outdated(&self, hash: &PasswordHash, password: &SecretString) -> bool {
        PlainPasswords.is_outdated(hash, password)
    }
}

async fn counted() -> (Arc<Counting>, TestServer) {
    let counting = Arc::new(Counting::default());
    let passwords = Arc::<Counting>::clone(&counting);
    (counting, TestServer::built(options(), |ctx| ctx.passwords = passwords).await)
}

/// Every route is asked once as it should be, with each password that it takes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_routes_that_hash_a_password_are_those_of_the_hashing_class() {
    let mut hashing = BTreeSet::new();
    let (counting, server) = counted().await;
    server.offer_setup().await;
    let form =
        json!({ "name": "Ada", "email": "ada@example.com", "password": PASSWORD, "setupToken": SETUP_TOKEN });
    server.nobody().post("/api/auth/bootstrap", &form).await.expect(201);
    if counting.was_asked() {
        hashing.insert("POST /api/auth/bootstrap".to_owned());
    }

    let (counting, server) = counted().await;
    let world = World::on(server).await;
    for case in cases() {
        let target = case.target(&world).await;
        let passwords = case.writable.iter().filter(|member| member.to_lowercase().contains("password"));
        let body = passwords.fold(target.body.clone(), |body, member| with(&body, member, &json!(PASSWORD)));
        let client = case.client(&world);
        counting.begin();
        let reply = client.send(client.request(case.method.clone(), &target.path).json(&body)).await;
        assert!(reply.status < 300, "{} {}: {}", case.method, case.route, reply.text);
        if counting.was_asked() {
            hashing.insert(format!("{} {}", case.method, case.route));
        }
    }
    for route in routes() {
        let method = match route.verb {
            Verb::Get => Method::GET,
            Verb::Delete => Method::DELETE,
            Verb::Post | Verb::Patch => continue,
        };
        let path = route.path.replace("{id}", &world.other_id).replace("{noteId}", &world.other_id);
        counting.begin();
        world.admin.send(world.admin.request(method, &path.replace("{file:.*}", ""))).await;
        if counting.was_asked() {
            hashing.insert(format!("{} {}", route.verb.as_str(), route.path));
        }
    }

    let marked = routes().into_iter().filter(|route| route.class == Class::Login);
    let marked: BTreeSet<String> =
        marked.map(|route| format!("{} {}", route.verb.as_str(), route.path)).collect();
    assert_eq!(hashing, marked);
}
