//! Two servers of one database: what one server's queue cannot hold back, the store must.

use std::sync::Arc;
use std::time::Duration;

use crm_testkit::ids::SequentialIds;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::store::{open_at, place};
use crate::suite::repeats::races::the_answer;
use crate::support::client::Client;
use crate::support::server::{TestServer, options};
use crate::support::world::{PASSWORD, World};

const LEADS: usize = 40;
const CONVERSIONS: usize = 16;
const REGISTRATIONS: usize = 64;

/// The people's world on one server, and another server of the same database.
async fn two_servers() -> (World, TestServer) {
    let place = place().await;
    let (_, opened) = open_at(&place).await;
    let patience = Duration::from_secs(25);
    let world = World::on(TestServer::over(opened, options(), |ctx| ctx.rules.deadline = patience)).await;
    // The second opens when the people are there, so that it need not hear of them.
    let (_, opened) = open_at(&place).await;
    let second = TestServer::over(opened, options(), |ctx| {
        ctx.ids = Arc::new(SequentialIds::after(1 << 32));
        ctx.rules.deadline = patience;
    });
    (world, second)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_conversions_that_race_on_two_servers_one_makes_the_customer() {
    let (world, second) = two_servers().await;
    let elsewhere = second.sign_in("owner@example.com", PASSWORD).await;
    let nothing = json!({});
    let mut made = 0;
    for number in 0..LEADS {
        let path = format!("/api/leads/{}/convert", world.lead(&format!("Lead {number}")).await);
        let replies =
            join_all((0..CONVERSIONS).map(|at| one(&world.owner, &elsewhere, at).post(&path, &nothing)));
        let replies = replies.await;
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        assert_eq!(statuses, [200; CONVERSIONS]);
        made += replies.iter().filter(|reply| reply.body.get("alreadyConverted").is_none()).count();
        let customer = &replies[0].body["customer"]["id"];
        assert!(replies.iter().all(|reply| reply.body["customer"]["id"] == *customer));
    }
    assert_eq!(made, LEADS);
    for client in [&world.owner, &elsewhere] {
        assert_eq!(client.get("/api/customers").await.body["total"], LEADS);
        assert_eq!(
            client.get("/api/activity?type=lead_converted&limit=100").await.body.as_array().unwrap().len(),
            LEADS
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_registrations_that_race_on_two_servers_one_is_made() {
    let (world, second) = two_servers().await;
    let elsewhere = second.sign_in("admin@example.com", PASSWORD).await;
    let forms: Vec<Value> = (0..REGISTRATIONS)
        .map(|number| json!({ "name": format!("New {number}"), "email": "new@example.com", "password": PASSWORD }))
        .collect();
    let replies = forms
        .iter()
        .enumerate()
        .map(|(at, form)| one(&world.admin, &elsewhere, at).post("/api/auth/register", form));
    let replies = join_all(replies).await;
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    let taken = replies.iter().filter(|reply| reply.verdict() == (409, "email_taken")).count();
    assert_eq!((made, taken), (1, REGISTRATIONS - 1));
    assert_eq!(elsewhere.get("/api/auth/users?q=new@example.com").await.body["total"], 1);
}

const KEYS: usize = 20;
const COPIES: usize = 16;

/// One server's register of running keys does not know what the other does: the store decides.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_copies_of_one_request_that_race_on_two_servers_one_is_done() {
    let (world, second) = two_servers().await;
    let elsewhere = second.sign_in("owner@example.com", PASSWORD).await;
    for number in 0..KEYS {
        let lead = json!({ "name": format!("Lead {number}") });
        let ask = |client: &Client| {
            let request = client.request(reqwest::Method::POST, "/api/leads").json(&lead);
            let (client, request) = (client.clone(), request.header("idempotency-key", format!("k{number}")));
            async move { client.send(request).await }
        };
        let replies = join_all((0..COPIES).map(|at| ask(one(&world.owner, &elsewhere, at)))).await;
        let id = the_answer(&replies, 201).id();
        for client in [&world.owner, &elsewhere] {
            let again = ask(client).await.expect(201);
            assert_eq!((again.id(), again.header("idempotency-replayed")), (id.clone(), "true"));
        }
    }
    for client in [&world.owner, &elsewhere] {
        assert_eq!(client.get("/api/leads").await.body["total"], KEYS);
    }
}

/// What one server has done the other finds done: it refuses, and then finds the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_copies_of_one_deletion_that_race_on_two_servers_all_are_answered_alike() {
    let (world, second) = two_servers().await;
    let elsewhere = second.sign_in("owner@example.com", PASSWORD).await;
    for number in 0..KEYS {
        let path = format!("/api/customers/{}", world.customer(&format!("Customer {number}")).await);
        let copies = (0..COPIES).map(|at| {
            let client = one(&world.owner, &elsewhere, at);
            client.with_header(reqwest::Method::DELETE, &path, "idempotency-key", "k")
        });
        let replies = join_all(copies).await;
        assert_eq!(the_answer(&replies, 200).text, r#"{"ok":true}"#);
    }
    let told = world.admin.get("/api/activity?type=customer_deleted&limit=100").await;
    assert_eq!(told.body.as_array().unwrap().len(), KEYS);
}

/// Every other request goes to the other server.
fn one<'a>(first: &'a Client, second: &'a Client, at: usize) -> &'a Client {
    if at.is_multiple_of(2) { first } else { second }
}
