//! The first admin.

use serde_json::{Value, json};

use crate::support::server::{SETUP_TOKEN, TestServer};
use crate::support::world::PASSWORD;

fn form(email: &str, token: &str) -> Value {
    json!({ "name": "First", "email": email, "password": PASSWORD, "setupToken": token })
}

#[tokio::test]
async fn the_first_admin_is_set_up_once_and_for_ever() {
    let server = TestServer::start().await;
    server.offer_setup().await;
    let nobody = server.nobody();
    let check = || nobody.get("/api/auth/bootstrap/check");
    assert_eq!(check().await.expect(200).body, json!({ "canBootstrap": true }));
    let made = nobody.post("/api/auth/bootstrap", &form("first@example.com", SETUP_TOKEN)).await.expect(201);
    assert_eq!(made.body["role"], "admin");
    assert_eq!(made.header("location"), format!("/api/auth/users/{}", made.id()));
    assert_eq!(check().await.body, json!({ "canBootstrap": false }));
    let again = nobody.post("/api/auth/bootstrap", &form("second@example.com", SETUP_TOKEN)).await;
    assert_eq!(again.verdict(), (409, "already_set_up"));
    let admin = server.sign_in("first@example.com", PASSWORD).await;
    admin.get("/api/auth/users").await.expect(200);
}

#[tokio::test]
async fn without_the_setup_token_nobody_becomes_admin() {
    let server = TestServer::start().await;
    server.offer_setup().await;
    let nobody = server.nobody();
    for token in ["", "guess", &SETUP_TOKEN.to_uppercase()] {
        let reply = nobody.post("/api/auth/bootstrap", &form("first@example.com", token)).await;
        assert_eq!(reply.verdict(), (400, "invalid_input"));
        assert!(reply.bad_fields()[0].starts_with("setupToken "), "{}", reply.text);
    }
    assert_eq!(nobody.get("/api/auth/bootstrap/check").await.body, json!({ "canBootstrap": true }));
}

#[tokio::test]
async fn of_many_first_admins_at_once_one_wins() {
    let server = TestServer::start().await;
    server.offer_setup().await;
    let tries = (0..10).map(|number| {
        let nobody = server.nobody();
        async move {
            nobody.post("/api/auth/bootstrap", &form(&format!("a{number}@example.com"), SETUP_TOKEN)).await
        }
    });
    let replies = futures_util::future::join_all(tries).await;
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    let refused = replies.iter().filter(|reply| matches!(reply.status, 400 | 409)).count();
    assert_eq!((made, refused), (1, 9));
}
