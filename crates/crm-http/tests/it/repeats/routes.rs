//! Every route that takes a key, twice.

use std::collections::BTreeSet;
use std::time::Duration;

use crm_http::app::routes;
use reqwest::Method;
use serde_json::{Value, json};

use super::{is_replayed, keyed};
use crate::support::client::{Client, Reply};
use crate::support::document::template_of;
use crate::support::server::{TestServer, options};
use crate::support::world::{PASSWORD, World, make_user};

/// What a client can see of what was done: every event, and where people are signed in.
async fn traces(world: &World) -> Value {
    let events = world.admin.get("/api/activity?limit=100").await.expect(200).body;
    let audit = world.admin.get("/api/audit?limit=100").await.expect(200).body;
    json!([events, audit["total"]])
}

struct Twice<'a> {
    world: &'a World,
    seen: BTreeSet<String>,
}

impl Twice<'_> {
    /// Asks this twice under one key: the second time is answered as the first and does nothing.
    async fn ask(&mut self, client: &Client, method: Method, path: &str, body: Value) -> Reply {
        let key = format!("key-{}", self.seen.len());
        let first = keyed(client, method.clone(), path, &body, &key).await;
        assert!(matches!(first.status, 200..=202), "{method} {path}: {}", first.text);
        assert!(!first.has("idempotency-replayed"), "{method} {path}");
        let before = traces(self.world).await;
        let again = keyed(client, method.clone(), path, &body, &key).await;
        assert!(is_replayed(&again), "{method} {path}: {}", again.text);
        assert_eq!((again.status, &again.text), (first.status, &first.text), "{method} {path}");
        for header in ["etag", "location", "content-type", "cache-control"] {
            assert_eq!(again.header(header), first.header(header), "{header} of {method} {path}");
        }
        assert_eq!(traces(self.world).await, before, "{method} {path}");
        let path = path.split('?').next().unwrap();
        self.seen.insert(format!("{method} {}", template_of(path).unwrap()));
        first
    }
}

#[tokio::test]
async fn every_request_that_comes_again_is_answered_again_to_the_byte() {
    let world = World::new().await;
    let (owner, admin, nothing) = (&world.owner, &world.admin, Value::Null);
    let mut twice = Twice { world: &world, seen: BTreeSet::new() };
    let (post, patch, delete) = (Method::POST, Method::PATCH, Method::DELETE);

    let lead = twice.ask(owner, post.clone(), "/api/leads", json!({ "name": "Acme" })).await.id();
    let lead = format!("/api/leads/{lead}");
    twice.ask(owner, patch.clone(), &lead, json!({ "phone": "1" })).await;
    twice.ask(owner, patch.clone(), &format!("{lead}/archive"), nothing.clone()).await;
    twice.ask(owner, patch.clone(), &format!("{lead}/unarchive"), nothing.clone()).await;
    let converted = twice.ask(owner, post.clone(), &format!("{lead}/convert"), nothing.clone()).await;
    assert!(converted.body.get("alreadyConverted").is_none());
    let to_other = json!({ "assignedAgent": world.other_id });
    twice.ask(admin, post.clone(), &format!("{lead}/reassign"), to_other).await;
    twice.ask(admin, delete.clone(), &lead, nothing.clone()).await;

    let customer = twice.ask(owner, post.clone(), "/api/customers", json!({ "name": "Acme" })).await.id();
    let customer = format!("/api/customers/{customer}");
    twice.ask(owner, patch.clone(), &customer, json!({ "tags": ["a"] })).await;
    let notes = format!("{customer}/notes");
    let note = twice.ask(owner, post.clone(), &notes, json!({ "text": "hello" })).await;
    let note = format!("{notes}/{}", note.body["note"]["id"].as_str().unwrap());
    twice.ask(owner, patch.clone(), &note, json!({ "text": "hallo" })).await;
    twice.ask(owner, delete.clone(), &note, nothing.clone()).await;
    twice.ask(owner, delete.clone(), &customer, nothing.clone()).await;

    let task = json!({ "title": "Call", "dueDate": "2026-03-21" });
    let task = twice.ask(owner, post.clone(), "/api/tasks", task).await.id();
    let task = format!("/api/tasks/{task}");
    twice.ask(owner, patch.clone(), &task, json!({ "status": "Done" })).await;
    twice.ask(owner, delete.clone(), &task, nothing.clone()).await;

    let account = json!({ "name": "Neo", "email": "neo@example.com", "password": PASSWORD });
    let neo = twice.ask(admin, post.clone(), "/api/auth/register", account).await.id();
    let neo = format!("/api/auth/users/{neo}");
    twice.ask(admin, patch.clone(), &neo, json!({ "password": "another horse 8", "name": "Neo II" })).await;
    world.server.sign_in("neo@example.com", "another horse 8").await;
    let revoked = twice.ask(admin, post.clone(), &format!("{neo}/sessions/revoke"), nothing.clone()).await;
    assert_eq!(revoked.body["ended"], 1);
    let gone = format!("/api/auth/users/{}?transferTo={}", world.owner_id, world.other_id);
    world.lead("left behind").await;
    let moved = twice.ask(admin, delete.clone(), &gone, nothing.clone()).await;
    assert_eq!(moved.body["moved"]["leads"], 1);

    let all: BTreeSet<String> = routes()
        .iter()
        .filter(|route| route.takes_key())
        .map(|route| format!("{} {}", route.verb.as_str(), route.path))
        .collect();
    assert_eq!(twice.seen, all);
}

#[tokio::test]
async fn a_deactivation_without_a_hand_over_is_answered_again() {
    let world = World::new().await;
    let id = make_user(&world.server, "Neo", "neo@example.com", "agent").await;
    let mut twice = Twice { world: &world, seen: BTreeSet::new() };
    let path = format!("/api/auth/users/{id}");
    let reply = twice.ask(&world.admin, Method::DELETE, &path, Value::Null).await;
    assert_eq!(reply.text, r#"{"ok":true}"#);
    let other = format!("{path}?transferTo={}", world.other_id);
    let reply = keyed(&world.admin, Method::DELETE, &other, &Value::Null, "key-0").await;
    assert_eq!(reply.verdict(), (422, "idempotency_key_reused"));
}

/// The answer of a hand-over that goes on is kept with the batch that it comes with.
#[tokio::test]
async fn a_hand_over_that_goes_on_is_answered_again() {
    let server = TestServer::built(options(), |ctx| ctx.rules.transfer_wait = Duration::ZERO).await;
    let world = World::on(server).await;
    world.lead("left behind").await;
    let mut twice = Twice { world: &world, seen: BTreeSet::new() };
    let user = format!("/api/auth/users/{}", world.owner_id);
    let gone = format!("{user}?transferTo={}", world.other_id);
    let reply = twice.ask(&world.admin, Method::DELETE, &gone, Value::Null).await.expect(202);
    assert_eq!(reply.text, r#"{"state":"running","moved":{"leads":1,"customers":0,"tasks":0}}"#);
    let location = reply.header("location").to_owned();
    assert_eq!(location, format!("{user}/transfer"));
    let done = async {
        loop {
            let stands = world.admin.get(&location).await.expect(200);
            assert_eq!(stands.body["moved"]["leads"], 1);
            if stands.body["state"] == "done" {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), done).await.unwrap();
    world.other.get(&location).await.expect(403);
    let none = format!("/api/auth/users/{}/transfer", world.other_id);
    world.admin.get(&none).await.expect(404);
}

/// Accounts of one's own, and what reads.
#[test]
fn only_routes_that_write_records_or_accounts_take_a_key() {
    let without: Vec<String> = routes()
        .iter()
        .filter(|route| !route.takes_key() && route.verb.as_str() != "GET")
        .map(|route| format!("{} {}", route.verb.as_str(), route.path))
        .collect();
    assert_eq!(
        without,
        [
            "POST /api/auth/login",
            "POST /api/auth/refresh",
            "POST /api/auth/logout",
            "PATCH /api/auth/me",
            "POST /api/auth/password",
            "DELETE /api/auth/sessions",
            "DELETE /api/auth/sessions/{id}",
            "POST /api/auth/bootstrap",
        ]
    );
}
