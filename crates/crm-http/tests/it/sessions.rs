//! One's own sessions, and anybody's for an admin.

use std::time::Duration;

use crm_app::ports::tokens::AccessClaims;
use crm_domain::ids::{SessionId, UserId};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::support::server::{TestServer, options};
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

#[tokio::test]
async fn one_sign_in_too_many_ends_the_session_that_was_used_least_recently() {
    let world = World::on(TestServer::built(options(), |ctx| ctx.rules.max_sessions = 3).await).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        world.server.clock.advance(Duration::from_mins(1));
        open.push(world.server.sign_in("owner@example.com", PASSWORD).await);
    }
    assert_eq!(world.owner.get("/api/auth/me").await.verdict(), (401, "invalid_token"), "the first of four");
    for client in &open {
        client.get("/api/auth/me").await.expect(200);
    }
    let sessions = open[2].get("/api/auth/sessions").await.expect(200);
    assert_eq!(sessions.body["items"].as_array().unwrap().len(), 3);
}

/// Where an admin reads a user's sessions.
fn sessions_of(user: &str) -> String {
    format!("/api/auth/users/{user}/sessions")
}

#[tokio::test]
async fn an_admin_sees_an_agents_sessions_as_the_agent_sees_them() {
    let world = World::new().await;
    world.server.clock.advance(Duration::from_mins(1));
    world.server.sign_in("owner@example.com", PASSWORD).await;
    let own = world.owner.get("/api/auth/sessions").await.expect(200);
    let mut expected = own.body.clone();
    for session in expected["items"].as_array_mut().unwrap() {
        session["current"] = json!(false);
    }
    assert_eq!(expected["items"].as_array().unwrap().len(), 2);
    let reply = world.admin.get(&sessions_of(&world.owner_id)).await.expect(200);
    assert_eq!(reply.body, expected);
    assert!(!reply.header("etag").is_empty());
    let mine = world.admin.get(&sessions_of(&world.admin_id)).await.expect(200);
    assert_eq!(mine.body, world.admin.get("/api/auth/sessions").await.expect(200).body);
    assert_eq!(mine.body["items"][0]["current"], true, "the session that asks");
}

#[tokio::test]
async fn only_admins_see_the_sessions_of_a_user() {
    let world = World::new().await;
    for user in [&world.owner_id, &world.other_id, UNKNOWN, "7"] {
        let refused = world.owner.get(&sessions_of(user)).await;
        assert_eq!(refused.verdict(), (403, "forbidden"), "{user}: permission comes before input");
    }
    let nobody = world.server.nobody().get(&sessions_of(&world.owner_id)).await;
    assert_eq!(nobody.verdict(), (401, "unauthenticated"));
    assert_eq!(world.admin.get(&sessions_of(UNKNOWN)).await.verdict(), (404, "not_found"));
    assert_eq!(world.admin.get(&sessions_of("7")).await.bad_fields(), ["id invalid"]);
}

#[tokio::test]
async fn an_admin_does_not_see_sessions_that_have_ended() {
    let world = World::on(TestServer::built(options(), |ctx| ctx.rules.max_sessions = 3).await).await;
    let path = sessions_of(&world.owner_id);
    let mut open = Vec::new();
    for _ in 0..3 {
        world.server.clock.advance(Duration::from_mins(1));
        open.push(world.server.sign_in("owner@example.com", PASSWORD).await);
    }
    let own = open[2].get("/api/auth/sessions").await.expect(200).items("id");
    let seen = world.admin.get(&path).await.expect(200).items("id");
    assert_eq!((seen.len(), &seen), (3, &own), "the limit ended the first of four");

    open[2].delete(&format!("/api/auth/sessions/{}", own[2])).await.expect(200);
    assert_eq!(world.admin.get(&path).await.items("id"), own[..2], "one was ended by itself");

    let change = json!({ "currentPassword": PASSWORD, "newPassword": "correct horse 8" });
    open[2].post("/api/auth/password", &change).await.expect(200);
    assert_eq!(world.admin.get(&path).await.items("id"), own[..1], "a new password keeps the one that asked");

    world.admin.post(&format!("{path}/revoke"), &json!({})).await.expect(200);
    assert_eq!(world.admin.get(&path).await.expect(200).body, json!({ "items": [] }));
}

#[tokio::test]
async fn a_deactivated_user_has_no_sessions_to_see() {
    let world = World::new().await;
    let path = sessions_of(&world.owner_id);
    assert_eq!(world.admin.get(&path).await.expect(200).items("id").len(), 1);
    world.admin.delete(&format!("/api/auth/users/{}", world.owner_id)).await.expect(200);
    assert_eq!(world.admin.get(&path).await.expect(200).body, json!({ "items": [] }));
}

#[tokio::test]
async fn a_token_with_the_right_key_of_a_session_that_does_not_exist_is_refused() {
    let world = World::new().await;
    let ctx = world.server.ctx();
    let user = UserId::parse(&world.admin_id).unwrap();
    let token = |session| {
        let claims = AccessClaims { user, session, access_version: 0 };
        ctx.tokens.issue(&claims, ctx.now()).unwrap().expose_secret().to_owned()
    };
    let nowhere = world.server.nobody().with_token(&token(ctx.mint()));
    for _ in 0..2 {
        assert_eq!(nowhere.get("/api/auth/me").await.verdict(), (401, "invalid_token"));
    }
    let owners =
        world.owner.get("/api/auth/sessions").await.body["items"][0]["id"].as_str().unwrap().to_owned();
    let of_another = world.server.nobody().with_token(&token(SessionId::parse(&owners).unwrap()));
    assert_eq!(of_another.get("/api/auth/me").await.verdict(), (401, "invalid_token"));
    world.admin.get("/api/auth/me").await.expect(200);
}
