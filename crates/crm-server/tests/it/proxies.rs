//! Proxies in front of the server: whom it believes, and what it says of one that nobody declared.

use reqwest::Method;
use serde_json::json;

use crate::support::client::{Client, http};
use crate::support::place::{Ended, Place};

const CLIENT: &str = "198.51.100.7";

/// Signs in as through a proxy on this machine, and gives the address that the session then has.
async fn address_seen(url: &str, forwarded: &str) -> String {
    let sent = http()
        .post(format!("{url}/api/auth/login"))
        .header("X-Forwarded-For", forwarded)
        .json(&json!({ "email": "agent1@crm.com", "password": "Agent@123" }))
        .send();
    let signed_in: serde_json::Value = sent.await.unwrap().json().await.unwrap();
    let agent = Client::of(url, signed_in["accessToken"].as_str().unwrap());
    let sessions = agent.ask(Method::GET, "/api/auth/sessions", None).await.unwrap().1;
    let items = sessions["items"].as_array().unwrap_or_else(|| panic!("{sessions}"));
    let current = items.iter().find(|item| item["current"] == true).unwrap_or_else(|| panic!("{sessions}"));
    current["address"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_proxy_that_nobody_declared_is_warned_about_once() {
    let place = Place::seeded();
    let server = place.serve();
    for _ in 0..5 {
        assert_eq!(address_seen(server.url(), CLIENT).await, "127.0.0.1");
    }
    let complaints = server.stop();
    let warnings: Vec<&str> = complaints.lines().filter(|line| line.contains("X-Forwarded-For")).collect();
    assert_eq!(warnings.len(), 1, "{complaints}");
    assert!(
        warnings[0].contains("server.trusted_proxies") && warnings[0].contains("127.0.0.1"),
        "{warnings:?}"
    );
}

#[tokio::test]
async fn behind_a_private_proxy_clients_keep_their_own_addresses() {
    let place = Place::seeded().with("CRM__SERVER__TRUSTED_PROXIES", "private");
    let server = place.serve();
    assert_eq!(address_seen(server.url(), CLIENT).await, CLIENT);
    assert_eq!(address_seen(server.url(), &format!("203.0.113.9, {CLIENT}, 10.0.0.2")).await, CLIENT);
    let complaints = server.stop();
    assert!(!complaints.contains("X-Forwarded-For"), "{complaints}");
}

#[tokio::test]
async fn a_stranger_who_fails_behind_a_proxy_does_not_lock_others_out() {
    let place = Place::seeded().with("CRM__SERVER__TRUSTED_PROXIES", "private");
    let server = place.serve();
    let mut statuses = Vec::new();
    for number in 0..15 {
        let sent = http()
            .post(format!("{}/api/auth/login", server.url()))
            .header("X-Forwarded-For", "203.0.113.9")
            .json(&json!({ "email": format!("nobody{number}@crm.com"), "password": "wrong" }))
            .send();
        statuses.push(sent.await.unwrap().status().as_u16());
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert_eq!(address_seen(server.url(), CLIENT).await, CLIENT);
    server.stop();
}

/// What the doctor says of the proxy and the network.
fn about(ended: &Ended) -> Vec<&str> {
    let lines = ended.out.lines();
    lines
        .filter(|line| ["proxy", "network"].contains(&line.split_whitespace().nth(1).unwrap_or("")))
        .collect()
}

#[test]
fn the_doctor_finds_a_proxy_that_hides_its_clients() {
    let ended = Place::new().with("CRM__SERVER__BEHIND_PROXY", "true").run(&["doctor"]);
    let found = about(&ended);
    assert!(found.len() == 1 && found[0].starts_with("look "), "{ended:?}");
    assert!(
        found[0].contains("server.behind_proxy") && found[0].contains("server.trusted_proxies"),
        "{found:?}"
    );
    let strict = || Place::new().with("NODE_ENV", "production").with("CRM__SERVER__BEHIND_PROXY", "true");
    let ended = strict().run(&["doctor"]);
    let found = about(&ended);
    assert!(found.len() == 1 && found[0].starts_with("WRONG ") && ended.code == 1, "{ended:?}");
    let ended = strict().with("CRM__SERVER__TRUSTED_PROXIES", "10.0.0.0/8").run(&["doctor"]);
    assert!(about(&ended)[0].starts_with("ok "), "{ended:?}");
    let ended = Place::new().with("CRM__SERVER__TRUSTED_PROXIES", "0.0.0.0/0").run(&["doctor"]);
    assert!(about(&ended)[0].starts_with("look ") && ended.code == 0, "{ended:?}");
}
