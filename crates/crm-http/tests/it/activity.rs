//! The activity feed.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::world::World;

async fn types(client: &Client, query: &str) -> Vec<String> {
    let reply = client.get(&format!("/api/activity{query}")).await.expect(200);
    let events = reply.body.as_array().unwrap();
    events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_event_tells_who_did_what_to_which_record() {
    let world = World::new().await;
    let id = world.lead("Acme").await;
    let reply = world.owner.get("/api/activity").await.expect(200);
    let event = &reply.body[0];
    assert_eq!(
        *event,
        json!({
            "id": event["id"], "_id": event["id"], "type": "lead_created",
            "actor": { "id": world.owner_id, "_id": world.owner_id, "name": "Olga Owner", "role": "agent" },
            "entityType": "Lead", "entityId": id, "message": event["message"], "meta": event["meta"],
            "createdAt": "2026-03-20T09:00:00.000Z",
        })
    );
    assert!(event["message"].as_str().unwrap().contains("Acme"));
}

#[tokio::test]
async fn every_change_has_its_most_specific_event() {
    let world = World::new().await;
    let lead = format!("/api/leads/{}", world.lead("Acme").await);
    world.owner.patch(&lead, &json!({ "status": "In Progress" })).await.expect(200);
    world.owner.patch(&lead, &json!({ "phone": "1" })).await.expect(200);
    world.owner.delete(&lead).await.expect(200);
    world.owner.patch(&format!("{lead}/unarchive"), &json!({})).await.expect(200);
    world.owner.post(&format!("{lead}/convert"), &json!({})).await.expect(200);
    let task = format!("/api/tasks/{}", world.task("Call", "2026-04-01").await);
    world.owner.patch(&task, &json!({ "title": "Call back" })).await.expect(200);
    world.owner.patch(&task, &json!({ "status": "Done" })).await.expect(200);
    world.owner.delete(&task).await.expect(200);
    assert_eq!(
        types(&world.owner, "?limit=100").await,
        [
            "task_deleted",
            "task_completed",
            "task_updated",
            "task_created",
            "customer_created",
            "lead_converted",
            "lead_unarchived",
            "lead_archived",
            "lead_updated",
            "lead_status_changed",
            "lead_created",
        ]
    );
}

#[tokio::test]
async fn an_agent_sees_what_they_did_and_what_happened_to_their_records() {
    let world = World::new().await;
    let lead = world.lead("Acme").await;
    assert!(types(&world.other, "").await.is_empty());
    let reassign = format!("/api/leads/{lead}/reassign");
    world.admin.post(&reassign, &json!({ "assignedAgent": world.other_id })).await.expect(200);
    assert_eq!(types(&world.owner, "").await, ["lead_reassigned", "lead_created"]);
    assert_eq!(types(&world.other, "").await, ["lead_reassigned"]);
    world.other.patch(&format!("/api/leads/{lead}"), &json!({ "phone": "1" })).await.expect(200);
    assert_eq!(types(&world.owner, "?limit=1").await, ["lead_reassigned"]);
    assert_eq!(
        types(&world.admin, "?entityType=Lead").await,
        ["lead_updated", "lead_reassigned", "lead_created"]
    );
}

#[tokio::test]
async fn the_feed_is_filtered_and_walked_by_its_link() {
    let world = World::new().await;
    for number in 0..7 {
        world.lead(&format!("Lead {number}")).await;
    }
    let task = world.task("Call", "2026-04-01").await;
    assert_eq!(types(&world.owner, &format!("?entityId={task}")).await, ["task_created"]);
    assert_eq!(
        types(&world.admin, &format!("?actor={}&type=lead_created&limit=100", world.owner_id)).await.len(),
        7
    );
    assert_eq!(types(&world.owner, "?type=lead_converted").await.len(), 0);
    let all = world.owner.get("/api/activity?limit=100").await.body;
    let mut walked: Vec<Value> = Vec::new();
    let mut next = "/api/activity?limit=3".to_owned();
    loop {
        let page = world.owner.get(&next).await.expect(200);
        walked.extend(page.body.as_array().unwrap().iter().cloned());
        match page.header("link").strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")) {
            Some(link) => next = link.to_owned(),
            None => break,
        }
    }
    assert_eq!(Value::Array(walked), all);
    let bad = world.owner.get("/api/activity?type=lead_eaten&entityType=Dog&actor=7&page=2").await;
    assert_eq!(bad.bad_fields().len(), 4, "{}", bad.text);
}

#[tokio::test]
async fn ten_events_are_shown_by_default() {
    let world = World::new().await;
    for number in 0..12 {
        world.lead(&format!("Lead {number}")).await;
    }
    assert_eq!(types(&world.owner, "").await.len(), 10);
    assert_eq!(world.owner.get("/api/activity?limit=101").await.bad_fields(), ["limit out_of_range"]);
}
