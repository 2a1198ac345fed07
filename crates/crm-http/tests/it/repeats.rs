//! Requests that come again under one `Idempotency-Key`.

mod outcomes;
pub(crate) mod races;
mod routes;

use std::time::Duration;

use crm_app::commit::replay::Replay;
use crm_app::repeat::forget::forget;
use crm_domain::timestamp::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::{Client, Reply};
use crate::support::server::login;
use crate::support::world::{PASSWORD, World};

/// Sends this under a key.
async fn keyed(client: &Client, method: Method, path: &str, body: &Value, key: &str) -> Reply {
    let request = client.request(method, path).header("Idempotency-Key", key);
    client.send(if body.is_null() { request } else { request.json(body) }).await
}

async fn post(client: &Client, path: &str, body: &Value, key: &str) -> Reply {
    keyed(client, Method::POST, path, body, key).await
}

fn is_replayed(reply: &Reply) -> bool {
    reply.header("idempotency-replayed") == "true"
}

async fn count(client: &Client, path: &str) -> u64 {
    client.get(path).await.expect(200).body["total"].as_u64().unwrap()
}

#[tokio::test]
async fn another_body_or_query_under_a_key_is_refused() {
    let world = World::new().await;
    let lead = json!({ "name": "Acme" });
    post(&world.owner, "/api/leads", &lead, "k").await.expect(201);
    for other in
        [json!({ "name": "Acme " }), json!({ "name": "Acme", "phone": null }), json!({}), json!(null)]
    {
        let reply = post(&world.owner, "/api/leads", &other, "k").await;
        assert_eq!(reply.verdict(), (422, "idempotency_key_reused"), "{other}");
    }
    let reply = post(&world.owner, "/api/leads?x=1", &lead, "k").await;
    assert_eq!(reply.verdict(), (422, "idempotency_key_reused"));
    assert!(
        is_replayed(&post(&world.owner, "/api/leads/", &lead, "k").await),
        "a slash at the end says nothing"
    );
    assert_eq!(count(&world.owner, "/api/leads").await, 1);
}

#[tokio::test]
async fn another_if_match_under_a_key_is_refused() {
    let world = World::new().await;
    let path = format!("/api/leads/{}", world.lead("Acme").await);
    let tag = world.owner.get(&path).await.header("etag").to_owned();
    let upon = async |tag: Option<&str>| {
        let request = world.owner.request(Method::PATCH, &path).header("idempotency-key", "k");
        let request = tag.into_iter().fold(request, |request, tag| request.header("if-match", tag));
        world.owner.send(request.json(&json!({ "name": "Acme Ltd" }))).await
    };
    let done = upon(Some(&tag)).await.expect(200);
    for other in [None, Some("*"), Some("\"2\""), Some("\"1\", \"2\""), Some("W/\"2-x\"")] {
        assert_eq!(upon(other).await.verdict(), (422, "idempotency_key_reused"), "{other:?}");
    }
    let weak = format!("W/{tag}");
    for same in [tag.as_str(), weak.as_str(), "\"1\"", "\"1-of-another-body\""] {
        let again = upon(Some(same)).await.expect(200);
        assert!(is_replayed(&again) && again.text == done.text, "{same}");
    }
}

#[tokio::test]
async fn a_key_is_one_users_for_one_method_and_path() {
    let world = World::new().await;
    let lead = json!({ "name": "Acme" });
    let mine = post(&world.owner, "/api/leads", &lead, "k").await.expect(201);
    for (client, path, key) in [
        (&world.other, "/api/leads", "k"),
        (&world.owner, "/api/leads", "K"),
        (&world.owner, "/api/customers", "k"),
    ] {
        let reply = post(client, path, &lead, key).await.expect(201);
        assert!(!is_replayed(&reply));
        assert_ne!(reply.id(), mine.id());
    }
    let path = format!("/api/leads/{}", mine.id());
    for method in [Method::DELETE, Method::PATCH] {
        let reply = keyed(&world.owner, method, &path, &lead, "k").await.expect(200);
        assert!(!is_replayed(&reply));
    }
    let again = post(&world.owner, "/api/leads", &lead, "k").await.expect(201);
    assert_eq!((&again.text, again.header("etag")), (&mine.text, mine.header("etag")));
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_and_named() {
    let world = World::new().await;
    let lead = json!({ "name": "Acme" });
    let long = "k".repeat(256);
    for key in ["", "a b", "ä", long.as_str()] {
        let reply = post(&world.owner, "/api/leads", &lead, key).await;
        assert_eq!(reply.verdict(), (400, "malformed_header"), "{key}");
        assert_eq!(reply.bad_fields(), ["Idempotency-Key invalid"]);
    }
    let twice = world.owner.request(Method::POST, "/api/leads").json(&lead);
    let reply = world.owner.send(twice.header("idempotency-key", "a").header("idempotency-key", "a")).await;
    assert_eq!(reply.verdict(), (400, "malformed_header"));
    post(&world.owner, "/api/leads", &lead, &"!".repeat(255)).await.expect(201);
    assert_eq!(post(&world.server.nobody(), "/api/leads", &lead, "").await.status, 401, "first who asks");
    let reply = post(&world.owner, "/api/auth/register", &lead, "").await;
    assert_eq!(reply.verdict(), (403, "forbidden"), "then whether they may");
    let read = world.owner.with_header(Method::GET, "/api/leads", "idempotency-key", "a b").await;
    assert_eq!(read.expect(200).body["total"], 1);
}

#[tokio::test]
async fn a_refusal_is_decided_anew() {
    let world = World::new().await;
    let customers = "/api/customers";
    for bad in [json!({ "name": "" }), json!({ "nam": "x" }), json!([])] {
        let reply = post(&world.owner, customers, &bad, "k").await.expect(400);
        assert!(!is_replayed(&reply));
    }
    let broken = world.owner.request(Method::POST, customers).header("idempotency-key", "k");
    let broken = broken.header("content-type", "application/json").body("{\"name\"");
    assert_eq!(world.owner.send(broken).await.verdict(), (400, "malformed_json"));
    let text = world.owner.request(Method::POST, customers).header("idempotency-key", "k").body("name");
    assert_eq!(world.owner.send(text).await.status, 415);
    let made = post(&world.owner, customers, &json!({ "name": "Acme" }), "k").await.expect(201);
    assert!(!is_replayed(&made));
    assert!(is_replayed(&post(&world.owner, customers, &json!({ "name": "Acme" }), "k").await));
    let late = json!({ "name": "Neo", "email": "owner@example.com", "password": PASSWORD });
    let taken = post(&world.admin, "/api/auth/register", &late, "k").await;
    assert_eq!(taken.verdict(), (409, "email_taken"));
    let elsewhere = json!({ "email": "olga@example.com" });
    world.admin.patch(&format!("/api/auth/users/{}", world.owner_id), &elsewhere).await.expect(200);
    assert!(!is_replayed(&post(&world.admin, "/api/auth/register", &late, "k").await.expect(201)));
}

#[tokio::test]
async fn what_changes_nothing_is_answered_again_too() {
    let world = World::new().await;
    let path = format!("/api/leads/{}", world.lead("Acme").await);
    let same = json!({ "name": "Acme" });
    let first = keyed(&world.owner, Method::PATCH, &path, &same, "k").await.expect(200);
    assert_eq!(first.body["version"], 1);
    world.owner.patch(&path, &json!({ "phone": "1" })).await.expect(200);
    let again = keyed(&world.owner, Method::PATCH, &path, &same, "k").await.expect(200);
    assert_eq!((again.text.clone(), is_replayed(&again)), (first.text, true));
    let other = keyed(&world.owner, Method::PATCH, &path, &json!({ "name": "Acne" }), "k").await;
    assert_eq!(other.verdict(), (422, "idempotency_key_reused"));
    assert_eq!(world.owner.get(&path).await.body["version"], 2);
}

#[tokio::test]
async fn who_may_not_ask_any_more_is_not_answered_again() {
    let world = World::new().await;
    let form = json!({ "name": "Neo", "email": "neo@example.com", "password": PASSWORD, "role": "admin" });
    post(&world.admin, "/api/auth/register", &form, "k").await.expect(201);
    let neo = world.server.sign_in("neo@example.com", PASSWORD).await;
    let account = json!({ "name": "Trinity", "email": "trinity@example.com", "password": PASSWORD });
    let user = post(&neo, "/api/auth/register", &account, "k").await.expect(201).id();
    post(&neo, "/api/leads", &json!({ "name": "Acme" }), "k").await.expect(201);
    let me = format!("/api/auth/users/{}", neo.get("/api/auth/me").await.id());
    world.admin.patch(&me, &json!({ "role": "agent" })).await.expect(200);
    let neo = world.server.sign_in("neo@example.com", PASSWORD).await;
    assert_eq!(post(&neo, "/api/auth/register", &account, "k").await.verdict(), (403, "forbidden"));
    let lead = post(&neo, "/api/leads", &json!({ "name": "Acme" }), "k").await;
    assert_eq!(lead.verdict(), (422, "idempotency_key_reused"), "what an admin was answered is an admin's");
    assert_eq!(count(&world.admin, "/api/leads").await, 1);
    world.admin.delete(&me).await.expect(200);
    assert_eq!(post(&neo, "/api/leads", &json!({ "name": "Acme" }), "k").await.status, 401);
    world.admin.get(&format!("/api/auth/users/{user}")).await.expect(200);
}

#[tokio::test]
async fn an_answer_is_kept_for_a_day() {
    let world = World::new().await;
    let lead = json!({ "name": "Acme" });
    let first = post(&world.owner, "/api/leads", &lead, "k").await.expect(201).id();
    let ms = Duration::from_millis(1);
    world.server.clock.advance(Replay::KEPT_FOR.checked_sub(ms).unwrap());
    let owner = world.server.sign_in("owner@example.com", PASSWORD).await;
    assert_eq!(post(&owner, "/api/leads", &lead, "k").await.expect(201).id(), first);
    assert_eq!(forget(world.server.ctx()).await.unwrap(), 0);
    world.server.clock.advance(ms);
    let second = post(&owner, "/api/leads", &lead, "k").await.expect(201);
    assert!(!is_replayed(&second), "it is still there and not good any more");
    assert_ne!(second.id(), first);
    assert!(is_replayed(&post(&owner, "/api/leads", &lead, "k").await));
    world.server.clock.advance(Replay::KEPT_FOR);
    assert_eq!(forget(world.server.ctx()).await.unwrap(), 1);
    assert_eq!(forget(world.server.ctx()).await.unwrap(), 0);
}

#[tokio::test]
async fn nothing_that_carries_a_token_is_kept() {
    let world = World::new().await;
    let (mut tokens, nobody) = (Vec::new(), world.server.nobody());
    let login = login("owner@example.com", PASSWORD);
    for _ in 0..2 {
        let signed_in = post(&nobody, "/api/auth/login", &login, "k").await.expect(200);
        let refresh = json!({ "refreshToken": signed_in.text_at("refreshToken") });
        let refreshed = post(&nobody, "/api/auth/refresh", &refresh, "k").await.expect(200);
        for reply in [&signed_in, &refreshed] {
            assert!(!reply.has("idempotency-replayed"));
        }
        tokens.push(signed_in.text_at("accessToken"));
        post(&nobody, "/api/auth/logout", &refresh, "k").await.expect(200);
    }
    assert_ne!(tokens[0], tokens[1], "each is a new one");
    let name = json!({ "name": "Olga" });
    for _ in 0..2 {
        let reply = keyed(&world.owner, Method::PATCH, "/api/auth/me", &name, "k").await.expect(200);
        assert!(!reply.has("idempotency-replayed"));
    }
    let kept = world.server.ctx().stores.replays.forget_answers(Timestamp::MAX, 100).await.unwrap();
    assert_eq!(kept, 0);
}
