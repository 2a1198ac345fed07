//! The demonstration: what it prints works.

use std::net::TcpListener;

use rustix::process::Signal;
use serde_json::Value;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::server::Server;

fn demo(place: &Place) -> Server {
    Server::start_until(place.command(&["demo"]), |line| line.contains("/api/leads"))
}

/// The words of the line that begins like this.
fn words<'a>(said: &'a [String], first: &str) -> Vec<&'a str> {
    let line = said.iter().find(|line| line.trim_start().starts_with(first)).unwrap();
    line.split_whitespace().collect()
}

#[tokio::test]
async fn every_user_that_is_printed_can_sign_in() {
    let place = Place::new();
    let server = demo(&place);
    for email in ["admin@crm.com", "agent1@crm.com", "agent2@crm.com"] {
        let [email, password, role] = words(server.said(), email)[..] else { panic!("{:?}", server.said()) };
        let client = Client::sign_in(server.url(), email, password).await;
        assert_eq!(client.get("/api/auth/me").await.1["role"], role);
    }
    server.stop();
}

#[tokio::test]
async fn the_first_request_that_is_printed_lists_leads() {
    let place = Place::new();
    let server = demo(&place);
    let said = server.said();
    let login = said.iter().position(|line| line.starts_with("TOKEN=$(curl -s ")).unwrap();
    let url = said[login].split_whitespace().nth(2).unwrap();
    let body = said[login + 1].split('\'').nth(1).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.post(url).header("Content-Type", "application/json").body(body.to_owned());
    let signed_in: Value = request.send().await.unwrap().json().await.unwrap();
    let url = said[login + 2].split('\'').nth(1).unwrap();
    let token = signed_in["accessToken"].as_str().unwrap();
    let listed: Value = http.get(url).bearer_auth(token).send().await.unwrap().json().await.unwrap();
    assert_eq!(listed["items"].as_array().unwrap().len(), 3, "{listed}");
    let docs = words(said, "Docs")[1];
    assert_eq!(http.get(docs).send().await.unwrap().status(), 200);
    server.stop();
}

#[tokio::test]
async fn a_port_that_is_taken_is_no_reason_not_to_start_and_nothing_is_left_behind() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let place = Place::new().with("CRM__SERVER__PORT", &port);
    let server = demo(&place);
    assert_ne!(server.port(), port);
    assert_eq!(
        std::fs::read_dir(place.folder()).unwrap().count(),
        1,
        "the store is in the folder for temporary files"
    );
    server.signal(Signal::INT);
    let (status, complaints) = server.ended();
    assert_eq!(status.code(), Some(0), "{complaints}");
    assert_eq!(std::fs::read_dir(place.folder()).unwrap().count(), 0);
}

#[tokio::test]
async fn what_a_killed_demonstration_left_is_removed_by_the_next() {
    let place = Place::new();
    let folders = || std::fs::read_dir(place.folder()).unwrap().map(|entry| entry.unwrap().path());
    let killed = demo(&place);
    let left = folders().next().unwrap();
    let running = demo(&place);
    assert!(left.exists(), "the first one still runs");
    killed.kill();
    let next = demo(&place);
    assert!(!left.exists(), "{left:?}");
    assert_eq!(folders().count(), 2);
    next.stop();
    running.stop();
    assert_eq!(folders().count(), 0);
}
