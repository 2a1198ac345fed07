//! Tasks.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::world::{UNKNOWN, World};

#[tokio::test]
async fn a_new_task_has_exactly_the_members_of_the_contract() {
    let world = World::new().await;
    let lead = world.lead("Acme").await;
    let body = json!({
        "title": "Call", "description": "two\nlines", "dueDate": "2026-03-21T10:00:00+02:00", "priority": "High",
        "relatedType": "Lead", "relatedId": lead.to_uppercase(),
    });
    let made = world.owner.post("/api/tasks", &body).await.expect(201);
    let (id, now) = (made.id(), "2026-03-20T09:00:00.000Z");
    assert_eq!(
        made.body,
        json!({
            "id": id, "_id": id, "title": "Call", "description": "two\nlines", "dueDate": "2026-03-21T08:00:00.000Z",
            "status": "Open", "priority": "High", "relatedType": "Lead", "relatedId": lead, "relatedName": "Acme",
            "owner": world.owner_person(), "overdue": false, "completedAt": null, "createdAt": now,
            "updatedAt": now, "version": 1,
        })
    );
    assert_eq!(made.header("location"), format!("/api/tasks/{id}"));
    assert_eq!(world.owner.get(&format!("/api/tasks/{id}")).await.body, made.body);
}

#[tokio::test]
async fn a_plain_day_stays_plain_and_is_overdue_once_it_is_over() {
    let world = World::new().await;
    let path = format!("/api/tasks/{}", world.task("Call", "2026-03-20").await);
    let overdue = || async { world.owner.get(&path).await.body["overdue"].clone() };
    assert_eq!(world.owner.get(&path).await.body["dueDate"], "2026-03-20");
    assert_eq!(overdue().await, false);
    world.server.clock.advance(Duration::from_hours(15));
    let renewed = world.server.sign_in("owner@example.com", crate::support::world::PASSWORD).await;
    assert_eq!(renewed.get(&path).await.body["overdue"], true);
    let done = renewed.patch(&path, &json!({ "status": "Done" })).await.expect(200);
    assert_eq!(
        (&done.body["overdue"], &done.body["completedAt"]),
        (&json!(false), &json!("2026-03-21T00:00:00.000Z"))
    );
    let reopened = renewed.patch(&path, &json!({ "status": "Open" })).await.expect(200);
    assert_eq!((&reopened.body["overdue"], &reopened.body["completedAt"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn every_bad_field_of_a_task_is_told() {
    let world = World::new().await;
    let body = json!({
        "title": "", "dueDate": "2026-02-30", "status": "Doing", "priority": 1, "relatedType": "Lead", "due": "x",
    });
    let mut fields = world.owner.post("/api/tasks", &body).await.expect(400).bad_fields();
    fields.sort();
    assert_eq!(fields.len(), 6, "{fields:?}");
    for due in ["2026-03-21T10:00:00", "tomorrow", "", "20260321"] {
        let reply = world.owner.post("/api/tasks", &json!({ "title": "x", "dueDate": due })).await;
        assert_eq!(reply.status, 400, "{due}");
        assert!(reply.bad_fields()[0].starts_with("dueDate "), "{due}");
    }
}

#[tokio::test]
async fn a_task_is_about_a_record_that_one_may_see() {
    let world = World::new().await;
    let lead = world.lead("Acme").await;
    let about = |kind: &str, id: &str| json!({ "title": "x", "dueDate": "2026-04-01", "relatedType": kind, "relatedId": id });
    for (client, kind, id) in [
        (&world.other, "Lead", lead.as_str()),
        (&world.owner, "Customer", lead.as_str()),
        (&world.owner, "Lead", UNKNOWN),
    ] {
        let reply = client.post("/api/tasks", &about(kind, id)).await;
        assert_eq!(reply.bad_fields(), ["relatedId unknown_record"], "{kind} {id}");
    }
    let task = world.owner.post("/api/tasks", &about("Lead", &lead)).await.expect(201).id();
    let path = format!("/api/tasks/{task}");
    world
        .admin
        .post(&format!("/api/leads/{lead}/reassign"), &json!({ "assignedAgent": null }))
        .await
        .expect(200);
    assert_eq!(world.owner.get(&path).await.body["relatedName"], Value::Null);
    assert_eq!(world.admin.get(&path).await.body["relatedName"], "Acme");
    let cleared =
        world.owner.patch(&path, &json!({ "relatedType": null, "relatedId": null })).await.expect(200);
    assert_eq!((&cleared.body["relatedType"], &cleared.body["relatedId"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_task_is_deleted_for_good() {
    let world = World::new().await;
    let path = format!("/api/tasks/{}", world.task("Call", "2026-04-01").await);
    assert_eq!(world.other.delete(&path).await.verdict(), (403, "not_owner"));
    assert_eq!(world.owner.delete(&path).await.expect(200).body, json!({ "ok": true }));
    assert_eq!(world.owner.get(&path).await.verdict(), (404, "not_found"));
}

#[tokio::test]
async fn tasks_are_filtered_by_when_they_are_due() {
    let world = World::new().await;
    for (title, due) in [
        ("past", "2026-03-19"),
        ("this morning", "2026-03-20T08:00:00Z"),
        ("today", "2026-03-20"),
        ("tomorrow", "2026-03-21"),
        ("in six days", "2026-03-26"),
        ("in seven days", "2026-03-27"),
    ] {
        world.task(title, due).await;
    }
    let done = world.task("done", "2026-03-01").await;
    world.owner.patch(&format!("/api/tasks/{done}"), &json!({ "status": "Done" })).await.expect(200);
    let titles = |query: &'static str| {
        let owner = world.owner.clone();
        async move { owner.get(&format!("/api/tasks?{query}")).await.expect(200).items("title") }
    };
    assert_eq!(titles("due=overdue").await, ["past", "this morning"]);
    assert_eq!(titles("due=today").await, ["this morning", "today"]);
    assert_eq!(titles("due=tomorrow").await, ["tomorrow"]);
    assert_eq!(titles("due=week").await, ["this morning", "today", "tomorrow", "in six days"]);
    assert_eq!(titles("due=before:2026-03-19").await, ["done", "past"]);
    assert_eq!(titles("due=before:2026-03-19&status=Open").await, ["past"]);
    assert_eq!(titles("due=after:2026-03-26").await, ["in six days", "in seven days"]);
    assert_eq!(titles("status=Done,Open&sort=-dueDate&limit=1").await, ["in seven days"]);
    for due in ["soon", "before:", "before:tomorrow", "after:2026-13-01"] {
        assert_eq!(world.owner.get(&format!("/api/tasks?due={due}")).await.bad_fields().len(), 1, "{due}");
    }
}

#[tokio::test]
async fn only_an_admin_gives_a_task_to_somebody() {
    let world = World::new().await;
    let path = format!("/api/tasks/{}", world.task("Call", "2026-04-01").await);
    let away = json!({ "owner": world.other_id });
    assert_eq!(world.owner.patch(&path, &away).await.verdict(), (403, "forbidden"));
    let given = world.admin.patch(&path, &away).await.expect(200);
    assert_eq!(given.body["owner"]["name"], "Otto Other");
    world.other.get(&path).await.expect(200);
}
