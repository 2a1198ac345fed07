//! Signing in and out, and one's own account.

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::server::{TestServer, login};
use crate::support::world::{PASSWORD, World, make_user};

#[tokio::test]
async fn signing_in_gives_tokens_and_the_user() {
    let world = World::new().await;
    let reply = world.server.nobody().post("/api/auth/login", &login("OWNER@example.com", PASSWORD)).await;
    reply.clone().expect(200);
    assert_eq!((&reply.body["tokenType"], &reply.body["expiresIn"]), (&json!("Bearer"), &json!(900)));
    let user = &reply.body["user"];
    assert_eq!((&user["email"], &user["role"]), (&json!("owner@example.com"), &json!("agent")));
    assert_eq!((&user["_id"], &user["isActive"]), (&json!(world.owner_id), &json!(true)));
    assert!(!reply.text.contains(PASSWORD), "no secret, ever");
    let me = world.server.nobody().with_token(&reply.text_at("accessToken")).get("/api/auth/me").await;
    assert_eq!(&me.expect(200).body, user);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_look_the_same() {
    let world = World::new().await;
    let nobody = world.server.nobody();
    let try_with = |email: &str, password: &str| {
        let body = login(email, password);
        let request =
            nobody.request(Method::POST, "/api/auth/login").header("x-request-id", "same").json(&body);
        nobody.send(request)
    };
    let wrong = try_with("owner@example.com", "wrong password").await;
    assert_eq!(wrong.verdict(), (401, "invalid_credentials"));
    for (email, password) in
        [("nobody@example.com", PASSWORD), ("no email at all", PASSWORD), ("owner@example.com", "")]
    {
        let reply = try_with(email, password).await;
        assert_eq!((reply.status, &reply.text), (401, &wrong.text), "{email}");
    }
}

#[rstest]
#[case(json!({ "email": ["a@b"], "password": "x" }), &["email wrong_type"])]
#[case(json!({ "email": "a@b.c", "password": 7 }), &["password wrong_type"])]
#[case(json!({}), &["email required", "password required"])]
#[case(json!({ "email": "a@b.c", "password": "x", "remember": true }), &["remember unknown_member"])]
#[tokio::test]
async fn signing_in_takes_two_texts(#[case] body: Value, #[case] fields: &[&str]) {
    let reply = TestServer::start().await.nobody().post("/api/auth/login", &body).await;
    assert_eq!((reply.status, reply.bad_fields().as_slice()), (400, to_owned(fields).as_slice()));
}

fn to_owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn a_deactivated_account_is_told_so_only_with_the_right_password() {
    let world = World::new().await;
    world.admin.delete(&format!("/api/auth/users/{}", world.other_id)).await.expect(200);
    let nobody = world.server.nobody();
    let right = nobody.post("/api/auth/login", &login("other@example.com", PASSWORD)).await;
    assert_eq!(right.verdict(), (403, "account_disabled"));
    let wrong = nobody.post("/api/auth/login", &login("other@example.com", "wrong")).await;
    assert_eq!(wrong.verdict(), (401, "invalid_credentials"));
}

#[tokio::test]
async fn a_refresh_token_works_again_and_again_until_its_session_ends() {
    let world = World::new().await;
    let nobody = world.server.nobody();
    let signed_in = nobody.post("/api/auth/login", &login("owner@example.com", PASSWORD)).await;
    let refresh = json!({ "refreshToken": signed_in.body["refreshToken"] });
    for _ in 0..3 {
        world.server.clock.advance(Duration::from_mins(20));
        let renewed = nobody.post("/api/auth/refresh", &refresh).await.expect(200);
        assert_ne!(renewed.body["refreshToken"], refresh["refreshToken"]);
        nobody.with_token(&renewed.text_at("accessToken")).get("/api/auth/me").await.expect(200);
    }
    let old = nobody.with_token(&signed_in.text_at("accessToken")).get("/api/auth/me").await;
    assert_eq!(old.verdict(), (401, "invalid_token"), "an access token is good for 15 minutes");
    world.server.clock.advance(Duration::from_hours(7 * 24));
    let late = nobody.post("/api/auth/refresh", &refresh).await;
    assert_eq!(late.verdict(), (401, "invalid_token"));
}

#[tokio::test]
async fn an_unknown_refresh_token_is_a_401() {
    let nobody = TestServer::start().await.nobody();
    let reply = nobody.post("/api/auth/refresh", &json!({ "refreshToken": "made up" })).await;
    assert_eq!(reply.verdict(), (401, "invalid_token"));
    let reply = nobody.post("/api/auth/refresh", &json!({})).await;
    assert_eq!(reply.bad_fields(), ["refreshToken required"]);
}

#[tokio::test]
async fn signing_out_ends_the_session_with_its_access_tokens() {
    let world = World::new().await;
    let nobody = world.server.nobody();
    let signed_in = nobody.post("/api/auth/login", &login("owner@example.com", PASSWORD)).await;
    let client = nobody.with_token(&signed_in.text_at("accessToken"));
    client.get("/api/auth/me").await.expect(200);
    let refresh = json!({ "refreshToken": signed_in.body["refreshToken"] });
    assert_eq!(nobody.post("/api/auth/logout", &refresh).await.expect(200).body, json!({ "ok": true }));
    assert_eq!(client.get("/api/auth/me").await.verdict(), (401, "invalid_token"));
    assert_eq!(nobody.post("/api/auth/refresh", &refresh).await.status, 401);
    nobody.post("/api/auth/logout", &refresh).await.expect(200);
    nobody.post("/api/auth/logout", &json!({ "refreshToken": "made up" })).await.expect(200);
    world.owner.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_401_says_whether_the_token_was_the_trouble() {
    let nobody = TestServer::start().await.nobody();
    let without = nobody.get("/api/leads").await;
    assert_eq!(without.verdict(), (401, "unauthenticated"));
    assert_eq!(without.header("www-authenticate"), r#"Bearer realm="crm""#);
    for header in ["Bearer nonsense", "Basic YTpi", "Bearer", ""] {
        let reply = nobody.with_header(Method::GET, "/api/leads", "authorization", header).await;
        assert_eq!(reply.verdict(), (401, "invalid_token"), "{header}");
        assert_eq!(reply.header("www-authenticate"), r#"Bearer realm="crm", error="invalid_token""#);
    }
}

#[tokio::test]
async fn a_token_that_was_tampered_with_is_refused() {
    let world = World::new().await;
    let parts: Vec<&str> = world.owner.token().split('.').collect();
    let admin: Vec<&str> = world.admin.token().split('.').collect();
    for token in [
        format!("{}.{}.{}", parts[0], admin[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("eyJhbGciOiJub25lIn0.{}.", admin[1]),
        format!("{}x", world.owner.token()),
    ] {
        let reply = world.owner.with_token(&token).get("/api/auth/me").await;
        assert_eq!(reply.verdict(), (401, "invalid_token"), "{token}");
    }
}

#[tokio::test]
async fn one_can_rename_oneself_and_nothing_more() {
    let world = World::new().await;
    let before = world.owner.get("/api/auth/me").await;
    let renamed = world.owner.patch("/api/auth/me", &json!({ "name": " Olga  Orlova " })).await.expect(200);
    assert_eq!(renamed.body["version"], 2);
    assert_eq!(world.owner.get("/api/auth/me").await.body, renamed.body);
    let mut echoed = before.body.clone();
    echoed["name"] = renamed.body["name"].clone();
    let echo = world.owner.patch("/api/auth/me", &echoed).await.expect(200);
    assert_eq!((&echo.body["role"], &echo.body["version"]), (&json!("agent"), &json!(2)));
    echoed["role"] = json!("admin");
    let promoted = world.owner.patch("/api/auth/me", &echoed).await;
    assert_eq!(promoted.bad_fields(), ["role not_yours_to_change"]);
    let reply = world.owner.patch("/api/auth/me", &json!({ "name": "", "rolle": "admin" })).await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.bad_fields().len(), 2);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_not_ones_own() {
    let world = World::new().await;
    let elsewhere = world.server.sign_in("owner@example.com", PASSWORD).await;
    let change = |current: &str, new: &str| json!({ "currentPassword": current, "newPassword": new });
    let path = "/api/auth/password";
    let wrong = world.owner.post(path, &change("wrong", "another horse 8")).await;
    assert_eq!(wrong.bad_fields(), ["currentPassword wrong_password"]);
    let weak = world.owner.post(path, &change(PASSWORD, "password")).await;
    assert_eq!(weak.bad_fields(), ["newPassword too_common"]);
    elsewhere.get("/api/auth/me").await.expect(200);
    let done = world.owner.post(path, &change(PASSWORD, "another horse 8")).await.expect(200);
    assert_eq!(done.body, json!({ "ok": true }));
    world.owner.get("/api/auth/me").await.expect(200);
    assert_eq!(elsewhere.get("/api/auth/me").await.verdict(), (401, "invalid_token"));
    let old = world.server.nobody().post("/api/auth/login", &login("owner@example.com", PASSWORD)).await;
    assert_eq!(old.status, 401);
    world.server.sign_in("owner@example.com", "another horse 8").await;
}

#[tokio::test]
async fn a_deactivation_bites_on_the_next_request() {
    let world = World::new().await;
    world.other.get("/api/leads").await.expect(200);
    world
        .admin
        .patch(&format!("/api/auth/users/{}", world.other_id), &json!({ "isActive": false }))
        .await
        .expect(200);
    assert_eq!(world.other.get("/api/leads").await.verdict(), (401, "invalid_token"));
}

#[tokio::test]
async fn a_change_of_role_bites_on_the_next_request() {
    let world = World::new().await;
    assert_eq!(world.other.get("/api/auth/users").await.status, 403);
    let path = format!("/api/auth/users/{}", world.other_id);
    world.admin.patch(&path, &json!({ "role": "admin" })).await.expect(200);
    world.other.get("/api/auth/users").await.expect(200);
    world.admin.patch(&path, &json!({ "role": "agent" })).await.expect(200);
    assert_eq!(world.other.get("/api/auth/users").await.verdict(), (403, "forbidden"));
}

#[tokio::test]
async fn a_password_is_taken_exactly_as_sent() {
    let world = World::new().await;
    let id = make_user(&world.server, "Spacy", "spacy@example.com", "agent").await;
    let path = format!("/api/auth/users/{id}");
    world.admin.patch(&path, &json!({ "password": "  two spaces  " })).await.expect(200);
    world.server.sign_in("spacy@example.com", "  two spaces  ").await;
    let trimmed =
        world.server.nobody().post("/api/auth/login", &login("spacy@example.com", "two spaces")).await;
    assert_eq!(trimmed.status, 401);
}
