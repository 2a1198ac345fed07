//! One's own sessions.

use serde_json::json;

use crate::support::world::{PASSWORD, UNKNOWN, World};

#[tokio::test]
async fn one_sees_ones_own_sessions_and_which_one_asks() {
    let world = World::new().await;
    world.server.sign_in("owner@example.com", PASSWORD).await;
    let reply = world.owner.get("/api/auth/sessions").await.expect(200);
    let items = reply.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items.iter().filter(|session| session["current"] == true).count(), 1);
    assert!(items.iter().all(|session| session["address"] == "127.0.0.1"), "{}", reply.text);
}

#[tokio::test]
async fn a_session_is_ended_by_whose_it_is_only() {
    let world = World::new().await;
    let elsewhere = world.server.sign_in("owner@example.com", PASSWORD).await;
    let sessions = world.owner.get("/api/auth/sessions").await;
    let other = sessions.body["items"].as_array().unwrap().iter().find(|session| session["current"] == false);
    let path = format!("/api/auth/sessions/{}", other.unwrap()["id"].as_str().unwrap());
    assert_eq!(world.other.delete(&path).await.verdict(), (403, "not_owner"));
    assert_eq!(world.admin.delete(&path).await.verdict(), (403, "not_owner"));
    elsewhere.get("/api/auth/me").await.expect(200);
    assert_eq!(world.owner.delete(&path).await.expect(200).body, json!({ "ok": true }));
    assert_eq!(elsewhere.get("/api/auth/me").await.verdict(), (401, "invalid_token"));
    world.owner.delete(&path).await.expect(200);
    let unknown = world.owner.delete(&format!("/api/auth/sessions/{UNKNOWN}")).await;
    assert_eq!(unknown.verdict(), (404, "not_found"));
    assert_eq!(world.owner.delete("/api/auth/sessions/7").await.bad_fields(), ["id invalid"]);
}

#[tokio::test]
async fn all_others_are_ended_at_once() {
    let world = World::new().await;
    let first = world.server.sign_in("owner@example.com", PASSWORD).await;
    let second = world.server.sign_in("owner@example.com", PASSWORD).await;
    world.owner.delete("/api/auth/sessions").await.expect(200);
    for gone in [first, second] {
        assert_eq!(gone.get("/api/auth/me").await.status, 401);
    }
    world.owner.get("/api/auth/me").await.expect(200);
    world.other.get("/api/auth/me").await.expect(200);
    let left = world.owner.get("/api/auth/sessions").await;
    assert_eq!(left.body["items"].as_array().unwrap().len(), 1);
}
