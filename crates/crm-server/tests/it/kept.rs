//! What the store's file holds of requests with an `Idempotency-Key`: their answers, and nothing secret.

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::client::Client;
use crate::support::place::Place;

const KEY: &str = "key-of-the-test-0123456789";

/// Sends something under the key, twice.
async fn twice(client: &Client, method: Method, path: &str, body: &Value) -> Value {
    let mut last = Value::Null;
    for _ in 0..2 {
        let request = client.request(method.clone(), path, Some(body.clone())).header("Idempotency-Key", KEY);
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        last = response.json().await.unwrap();
    }
    last
}

fn holds(store: &[u8], wanted: &[u8]) -> bool {
    store.windows(wanted.len()).any(|window| window == wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_and_no_password_is_kept_nor_what_a_password_could_be_guessed_by() {
    let place = Place::seeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let credentials = json!({ "email": "agent1@crm.com", "password": "Agent@123" });
    let signed_in = twice(&admin, Method::POST, "/api/auth/login", &credentials).await;
    let refresh = json!({ "refreshToken": signed_in["refreshToken"] });
    let refreshed = twice(&admin, Method::POST, "/api/auth/refresh", &refresh).await;
    let account = json!({ "name": "Neo", "email": "neo@example.com", "password": "Planted-Pass01word!" });
    let user = twice(&admin, Method::POST, "/api/auth/register", &account).await;
    let path = format!("/api/auth/users/{}", user["id"].as_str().unwrap());
    let change = json!({ "password": "Planted-Pass02word!" });
    twice(&admin, Method::PATCH, &path, &change).await;
    server.stop();

    let store = std::fs::read(place.store()).unwrap();
    assert!(holds(&store, KEY.as_bytes()), "what is kept is looked at");
    assert!(holds(&store, b"neo@example.com"));
    let secrets = [&signed_in, &refreshed].into_iter().flat_map(|answer| {
        ["accessToken", "refreshToken"].map(|member| answer[member].as_str().unwrap().to_owned())
    });
    for secret in secrets.chain(["Planted-Pass01word!".to_owned(), "Planted-Pass02word!".to_owned()]) {
        assert!(!holds(&store, secret.as_bytes()), "{secret}");
    }
    for body in [&credentials, &refresh, &account, &change] {
        let sent = body.to_string();
        assert!(!holds(&store, &Sha256::digest(sent.as_bytes())), "a hash of {sent}");
    }
    let kept: i64 = place.sql().query_row("SELECT count(*) FROM replay", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 2, "of an account that was made and changed");
}
