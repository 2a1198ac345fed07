//! Many at once.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::server::{TestServer, options};
use crate::support::world::{PASSWORD, World};

const LEADS: usize = 40;
const CONVERSIONS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_racing_conversions_of_each_of_forty_leads_one_makes_its_customer() {
    let world = World::on(patient().await).await;
    let nothing = json!({});
    for number in 0..LEADS {
        let lead = world.lead(&format!("Lead {number}")).await;
        let path = format!("/api/leads/{lead}/convert");
        let replies = join_all((0..CONVERSIONS).map(|_| world.owner.post(&path, &nothing))).await;
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        assert_eq!(statuses, [200; CONVERSIONS]);
        let first = replies.iter().filter(|reply| reply.body.get("alreadyConverted").is_none()).count();
        assert_eq!(first, 1, "one of them has made the customer");
        let customer = replies[0].body["customer"]["id"].clone();
        assert!(replies.iter().all(|reply| reply.body["customer"]["id"] == customer));
        let told = world.owner.get(&format!("/api/activity?entityId={lead}&type=lead_converted")).await;
        assert_eq!(told.body.as_array().unwrap().len(), 1);
    }
    let customers = world.owner.get("/api/customers?limit=100").await;
    assert_eq!(customers.body["total"], LEADS);
    let leads: BTreeSet<String> = customers.items("leadId").into_iter().collect();
    assert_eq!(leads.len(), LEADS, "each lead has its own");
}

const REGISTRATIONS: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_racing_registrations_of_one_email_one_is_made() {
    let world = World::on(patient().await).await;
    let forms = (0..REGISTRATIONS).map(|number| {
        let email = if number % 2 == 0 { "new@example.com" } else { "New@Example.COM" };
        json!({ "name": format!("New {number}"), "email": email, "password": PASSWORD })
    });
    let forms: Vec<Value> = forms.collect();
    let replies = join_all(forms.iter().map(|form| world.admin.post("/api/auth/register", form))).await;
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    let taken = replies.iter().filter(|reply| reply.verdict() == (409, "email_taken")).count();
    assert_eq!((made, taken), (1, REGISTRATIONS - 1));
    let users = world.admin.get("/api/auth/users?q=new@example.com").await;
    assert_eq!(users.body["total"], 1);
}

/// A server whose writers wait for each other as long as it takes: how fast they take turns is a matter of the disk.
async fn patient() -> TestServer {
    TestServer::built(options(), |ctx| ctx.rules.deadline = Duration::from_secs(25)).await
}

const CLIENTS: usize = 64;
const CHANGES: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_clients_who_change_one_lead_lose_nothing() {
    let world = World::on(patient().await).await;
    let id = world.lead("Acme").await;
    let path = format!("/api/leads/{id}");
    let clients = (0..CLIENTS).map(|client| {
        let (owner, path) = (world.owner.clone(), path.clone());
        async move {
            let mut statuses = Vec::with_capacity(CHANGES);
            for change in 0..CHANGES {
                let phone = format!("{client} {change}");
                let reply = owner.patch(&path, &json!({ "phone": phone })).await;
                if reply.status == 200 {
                    assert_eq!(reply.body["phone"], json!(phone), "the answer shows one's own change");
                }
                statuses.push(reply.status);
            }
            statuses
        }
    });
    let statuses = join_all(clients).await.concat();
    let done = statuses.iter().filter(|status| **status == 200).count();
    let busy = statuses.iter().filter(|status| **status == 503).count();
    assert_eq!(done + busy, CLIENTS * CHANGES, "every one is answered 200 or 503");
    assert!(busy * 100 < CLIENTS * CHANGES, "{busy} of {} were too busy", CLIENTS * CHANGES);
    let lead = world.owner.get(&path).await;
    assert_eq!(lead.body["version"], json!(done + 1));
    let mut events = 0;
    let mut next = format!("/api/activity?entityId={id}&type=lead_updated&limit=100");
    loop {
        let page = world.owner.get(&next).await.expect(200);
        events += page.body.as_array().unwrap().len();
        match page.header("link").strip_prefix('<').and_then(|link| link.split_once('>')) {
            Some((link, _)) => next = link.to_owned(),
            None => break,
        }
    }
    assert_eq!(events, done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_different_members_at_once_all_stay() {
    let world = World::new().await;
    let path = format!("/api/leads/{}", world.lead("Acme").await);
    let changes = [
        json!({ "phone": "1" }),
        json!({ "email": "a@example.com" }),
        json!({ "company": "X" }),
        json!({ "source": "Web" }),
        json!({ "status": "In Progress" }),
        json!({ "tags": ["a"] }),
    ];
    let replies = join_all(changes.iter().map(|change| world.owner.patch(&path, change))).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    let lead = world.owner.get(&path).await.body;
    for change in &changes {
        for (member, value) in change.as_object().unwrap() {
            assert_eq!(&lead[member], value, "{member}");
        }
    }
    assert_eq!(lead["version"], 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_changes_upon_one_version_one_wins() {
    let world = World::new().await;
    let path = format!("/api/leads/{}", world.lead("Acme").await);
    let etag = world.owner.get(&path).await.header("etag").to_owned();
    let tries = (0..10).map(|number| {
        let body = json!({ "phone": format!("{number}") });
        world
            .owner
            .send(world.owner.request(reqwest::Method::PATCH, &path).json(&body).header("if-match", &etag))
    });
    let statuses: Vec<u16> = join_all(tries).await.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 9, "{statuses:?}");
}
