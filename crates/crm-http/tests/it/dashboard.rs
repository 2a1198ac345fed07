//! The dashboard.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::world::{PASSWORD, World};

#[tokio::test]
async fn an_empty_dashboard_has_all_its_members() {
    let world = World::new().await;
    let reply = world.owner.get("/api/dashboard").await.expect(200);
    let days = reply.body["leadsPerDay"].as_array().unwrap();
    assert_eq!(
        (days.len(), &days[0], &days[13]),
        (14, &json!({ "_id": "2026-03-07", "count": 0 }), &json!({ "_id": "2026-03-20", "count": 0 }))
    );
    let mut rest = reply.body.clone();
    rest.as_object_mut().unwrap().remove("leadsPerDay");
    assert_eq!(
        rest,
        json!({
            "leadStatus": { "New": 0, "In Progress": 0, "Closed Won": 0, "Closed Lost": 0 }, "totalLeads": 0,
            "totalCustomers": 0, "myOpenTasks": 0, "openTasks": 0, "overdueTasks": 0, "timezone": "UTC",
        })
    );
}

#[tokio::test]
async fn the_dashboard_counts_what_the_reader_may_see() {
    let world = World::new().await;
    for status in ["New", "New", "Closed Lost"] {
        world.owner.post("/api/leads", &json!({ "name": "x", "status": status })).await.expect(201);
    }
    let archived = world.lead("Archived").await;
    world.owner.delete(&format!("/api/leads/{archived}")).await.expect(200);
    world.other.post("/api/leads", &json!({ "name": "Other's" })).await.expect(201);
    world.admin.post("/api/leads", &json!({ "name": "Nobody's" })).await.expect(201);
    world.customer("Acme").await;
    world.task("Late", "2026-03-01").await;
    world.task("Later", "2026-05-01").await;
    let done = world.task("Done", "2026-03-01").await;
    world.owner.patch(&format!("/api/tasks/{done}"), &json!({ "status": "Done" })).await.expect(200);
    world.admin.post("/api/tasks", &json!({ "title": "Mine", "dueDate": "2026-04-01" })).await.expect(201);
    let figures = |body: &Value| {
        ["totalLeads", "totalCustomers", "myOpenTasks", "openTasks", "overdueTasks"]
            .map(|name| body[name].as_u64().unwrap())
    };
    let own = world.owner.get("/api/dashboard").await.body;
    assert_eq!(figures(&own), [3, 1, 2, 2, 1]);
    assert_eq!(own["leadStatus"], json!({ "New": 2, "In Progress": 0, "Closed Won": 0, "Closed Lost": 1 }));
    assert_eq!(own["leadsPerDay"][13]["count"], 3);
    assert_eq!(figures(&world.other.get("/api/dashboard").await.body), [1, 0, 0, 0, 0]);
    assert_eq!(figures(&world.admin.get("/api/dashboard").await.body), [5, 1, 1, 3, 1]);
}

#[tokio::test]
async fn the_series_moves_with_the_days() {
    let world = World::new().await;
    world.lead("Early").await;
    world.server.clock.advance(Duration::from_hours(13 * 24));
    let owner = world.server.sign_in("owner@example.com", PASSWORD).await;
    owner.post("/api/leads", &json!({ "name": "Late" })).await.expect(201);
    let days = owner.get("/api/dashboard").await.body["leadsPerDay"].clone();
    assert_eq!(
        (&days[0], &days[13]),
        (&json!({ "_id": "2026-03-20", "count": 1 }), &json!({ "_id": "2026-04-02", "count": 1 }))
    );
}
