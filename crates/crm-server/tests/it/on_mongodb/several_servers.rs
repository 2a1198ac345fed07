//! Several servers on one database: what is changed at one bites at the others within two seconds.

use std::time::Duration;

use crm_testkit::mongod::{self, TestDatabase};
use reqwest::Method;
use serde_json::{Value, json};

use super::{place, seeded};
use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::until;

/// As fast as every server must follow the others.
const SOON: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn users_roles_and_sessions_that_one_server_changed_are_followed_by_the_other() {
    let database = mongod::database().await;
    seeded(&database);
    let (first, second) = (server_on(&database), server_on(&database));
    let (one, other) = (first.serve(), second.serve());
    let admin = Client::admin(one.url()).await;
    let agent = Client::agent(one.url()).await.at(other.url());
    assert_eq!(agent.get("/api/leads").await.0, 200);

    let made = json!({ "name": "Nora New", "email": "nora@example.com", "password": "correct horse 7" });
    let nora = admin.post("/api/auth/register", made).await.1;
    let nora_id = nora["id"].as_str().unwrap().to_owned();
    let nora = Client::sign_in(one.url(), "nora@example.com", "correct horse 7").await.at(other.url());
    assert_eq!(nora.get("/api/auth/me").await.0, 200, "at once, though the other has not heard of the user");
    let password = json!({ "currentPassword": "correct horse 7", "newPassword": "correct horse 8" });
    let here = Client::sign_in(one.url(), "nora@example.com", "correct horse 7").await;
    assert_eq!(here.ask(Method::POST, "/api/auth/password", Some(password)).await.unwrap().0, 200);
    let nora = Client::sign_in(one.url(), "nora@example.com", "correct horse 8").await.at(other.url());
    assert_eq!(nora.get("/api/auth/me").await.0, 200, "at once, though the other has an old access version");

    let path = format!("/api/auth/users/{nora_id}");
    change(&admin, &path, json!({ "role": "admin" })).await;
    let took = until("a role is known", SOON, async || nora.get("/api/auth/users").await.0 == 200).await;
    println!("a role: {} ms", took.as_millis());

    let session = current_session(&agent).await;
    let path_of_session = format!("/api/auth/sessions/{session}");
    let ended = agent.at(one.url()).ask(Method::DELETE, &path_of_session, None).await.unwrap();
    assert_eq!(ended.0, 200);
    let took = until("an ended session", SOON, async || agent.get("/api/leads").await.0 == 401).await;
    println!("an ended session: {} ms", took.as_millis());

    change(&admin, &path, json!({ "isActive": false })).await;
    let took = until("a deactivation", SOON, async || nora.get("/api/auth/me").await.0 == 401).await;
    println!("a deactivation: {} ms", took.as_millis());

    first.run(&["timezone", "Asia/Kathmandu"]).succeeded();
    let zone = async || admin.at(other.url()).get("/api/dashboard").await.1["timezone"] == "Asia/Kathmandu";
    let took = until("a time zone", SOON, zone).await;
    println!("a time zone: {} ms", took.as_millis());
    one.stop();
    other.stop();
}

/// A folder for a server of this store; all of them have the same secrets.
pub(super) fn server_on(database: &TestDatabase) -> Place {
    place(database)
        .with("JWT_ACCESS_SECRET", "hWq7wZ0mT5xv9bJr2nKc8sLd4fGy6pAe")
        .with("JWT_REFRESH_SECRET", "Pz3kVt8yRb1qXn6cMj0wHs5dLf7gUa2e")
}

async fn change(admin: &Client, path: &str, body: Value) {
    let (status, body) = admin.ask(Method::PATCH, path, Some(body)).await.unwrap();
    assert_eq!(status, 200, "{body}");
}

async fn current_session(client: &Client) -> String {
    let sessions = client.get("/api/auth/sessions").await.1;
    let sessions = sessions["items"].as_array().unwrap();
    let current = sessions.iter().find(|session| session["current"] == true).unwrap();
    current["id"].as_str().unwrap().to_owned()
}
