//! Refresh tokens that change with their use, for clients that know of it and for those that do not.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::client::{Client, Reply};
use crate::support::server::login;
use crate::support::world::{PASSWORD, World};

const DAY: Duration = Duration::from_hours(24);

/// The owner, signed in; the reply has the tokens.
async fn signed_in(world: &World) -> Reply {
    let credentials = login("owner@example.com", PASSWORD);
    world.server.nobody().post("/api/auth/login", &credentials).await.expect(200)
}

async fn shows(client: &Client, token: &str) -> Reply {
    client.post("/api/auth/refresh", &json!({ "refreshToken": token })).await
}

/// Whether the access token of an answer lets its user in.
async fn is_let_in(world: &World, answer: &Reply) -> bool {
    let client = world.server.nobody().with_token(&answer.text_at("accessToken"));
    match client.get("/api/auth/me").await.verdict() {
        (200, "") => true,
        (401, "invalid_token") => false,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_that_never_stores_a_new_refresh_token_is_signed_in_for_a_week() {
    let world = World::new().await;
    let (client, token) = (world.server.nobody(), signed_in(&world).await.text_at("refreshToken"));
    let mut given = BTreeSet::new();
    for _ in 0..7 * 24 {
        let answer = shows(&client, &token).await.expect(200);
        assert!(is_let_in(&world, &answer).await);
        given.insert(answer.text_at("refreshToken"));
        world.server.clock.advance(DAY / 24);
    }
    assert_eq!(shows(&client, &token).await.verdict(), (401, "invalid_token"));
    assert_eq!(given.len(), 7 * 24);
}

#[tokio::test]
async fn a_client_that_stores_each_is_signed_in_for_a_month_and_the_answer_is_as_ever() {
    let world = World::new().await;
    let (client, mut token) = (world.server.nobody(), signed_in(&world).await.text_at("refreshToken"));
    for _ in 0..30 {
        let answer = shows(&client, &token).await.expect(200);
        let members: Vec<&String> = answer.body.as_object().unwrap().keys().collect();
        assert_eq!(members, ["accessToken", "refreshToken", "tokenType", "expiresIn"]);
        assert_eq!((&answer.body["tokenType"], &answer.body["expiresIn"]), (&json!("Bearer"), &json!(900)));
        assert_eq!(answer.header("cache-control"), "no-store");
        token = answer.text_at("refreshToken");
        world.server.clock.advance(DAY);
    }
    assert_eq!(shows(&client, &token).await.status, 401);
}

#[tokio::test]
async fn a_stolen_refresh_token_ends_the_session_for_thief_and_owner() {
    let world = World::new().await;
    let (client, begun) = (world.server.nobody(), signed_in(&world).await);
    let stolen = begun.text_at("refreshToken");
    let first = shows(&client, &stolen).await.expect(200);
    let second = shows(&client, &first.text_at("refreshToken")).await.expect(200);
    world.server.clock.advance(Duration::from_secs(11));
    assert!(is_let_in(&world, &second).await);
    assert_eq!(shows(&client, &stolen).await.verdict(), (401, "invalid_token"));
    for answer in [&begun, &first, &second] {
        assert!(!is_let_in(&world, answer).await);
        assert_eq!(shows(&client, &answer.text_at("refreshToken")).await.status, 401);
    }
    world.owner.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_thief_who_comes_from_another_device_has_no_time_at_all() {
    let world = World::new().await;
    let (client, begun) = (world.server.nobody(), signed_in(&world).await);
    let stolen = begun.text_at("refreshToken");
    let first = shows(&client, &stolen).await.expect(200);
    let second = shows(&client, &first.text_at("refreshToken")).await.expect(200);
    let request = client.request(reqwest::Method::POST, "/api/auth/refresh");
    let request = request.header("User-Agent", "thief").json(&json!({ "refreshToken": stolen }));
    assert_eq!(client.send(request).await.status, 401);
    assert!(!is_let_in(&world, &second).await);
}

#[tokio::test]
async fn two_tabs_that_race_stay_signed_in_with_one_refresh_token() {
    let world = World::new().await;
    let (client, begun) = (world.server.nobody(), signed_in(&world).await);
    let old = begun.text_at("refreshToken");
    let first = shows(&client, &old).await.expect(200);
    let one = shows(&client, &first.text_at("refreshToken")).await.expect(200);
    world.server.clock.advance(Duration::from_secs(9));
    let other = shows(&client, &old).await.expect(200);
    assert_eq!(other.text_at("refreshToken"), one.text_at("refreshToken"));
    assert!(is_let_in(&world, &other).await);
    world.server.clock.advance(DAY);
    shows(&client, &one.text_at("refreshToken")).await.expect(200);
}

#[tokio::test]
async fn fifty_who_show_one_token_at_once_all_get_the_same_new_one() {
    let world = World::new().await;
    let (client, token) = (world.server.nobody(), signed_in(&world).await.text_at("refreshToken"));
    let answers = join_all((0..50).map(|_| shows(&client, &token))).await;
    let given: BTreeSet<String> =
        answers.into_iter().map(|answer| answer.expect(200).text_at("refreshToken")).collect();
    assert_eq!(given.len(), 1);
    assert!(!given.contains(&token));
}

#[tokio::test]
async fn any_token_of_a_session_signs_it_out() {
    let world = World::new().await;
    let (client, begun) = (world.server.nobody(), signed_in(&world).await);
    let dead = begun.text_at("refreshToken");
    let first = shows(&client, &dead).await.expect(200);
    let second = shows(&client, &first.text_at("refreshToken")).await.expect(200);
    world.server.clock.advance(Duration::from_mins(1));
    assert!(is_let_in(&world, &second).await);
    client.post("/api/auth/logout", &json!({ "refreshToken": dead })).await.expect(200);
    assert!(!is_let_in(&world, &second).await);
}

#[tokio::test]
async fn a_forged_refresh_token_changes_nothing() {
    let world = World::new().await;
    let (client, begun) = (world.server.nobody(), signed_in(&world).await);
    let token = begun.text_at("refreshToken");
    let (start, end) = token.split_at(token.len() - 1);
    let other = if end == "A" { "B" } else { "A" };
    for forged in [
        String::new(),
        "x".to_owned(),
        start.to_owned(),
        format!("{start}{other}"),
        format!("{token}="),
        format!(" {token}"),
        token.replace("crt2_", "crt_"),
        token.to_uppercase(),
        format!("crt_{}", "A".repeat(43)),
        begun.text_at("accessToken"),
        "crt2_".repeat(1_000),
    ] {
        let refused = shows(&client, &forged).await;
        assert_eq!(refused.verdict(), (401, "invalid_token"), "{forged}");
        client.post("/api/auth/logout", &json!({ "refreshToken": forged })).await.expect(200);
    }
    assert!(is_let_in(&world, &begun).await);
    shows(&client, &token).await.expect(200);
}
