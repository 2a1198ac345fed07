//! Customers.

use serde_json::{Value, json};

use crate::support::world::{UNKNOWN, World};

#[tokio::test]
async fn a_new_customer_has_exactly_the_members_of_the_contract() {
    let world = World::new().await;
    let body = json!({ "name": "Acme", "company": "Acme Ltd", "email": "a@example.com", "tags": ["vip"], "deals": [1] });
    let made = world.owner.post("/api/customers", &body).await.expect(201);
    let id = made.id();
    let now = "2026-03-20T09:00:00.000Z";
    assert_eq!(
        made.body,
        json!({
            "id": id, "_id": id, "name": "Acme", "company": "Acme Ltd", "email": "a@example.com", "phone": null,
            "tags": ["vip"], "owner": world.owner_person(), "leadId": null, "notes": [], "notesCount": 0,
            "createdAt": now, "updatedAt": now, "version": 1,
        })
    );
    assert_eq!(made.header("location"), format!("/api/customers/{id}"));
    assert_eq!(world.owner.get(&format!("/api/customers/{id}")).await.body, made.body);
}

#[tokio::test]
async fn lists_of_customers_leave_the_notes_out() {
    let world = World::new().await;
    let id = world.customer("Acme").await;
    world.note(&id, "hello").await;
    let list = world.owner.get("/api/customers").await.expect(200);
    assert_eq!(
        (&list.body["items"][0]["notes"], &list.body["items"][0]["notesCount"]),
        (&Value::Null, &json!(1))
    );
}

#[tokio::test]
async fn only_an_admin_gives_a_customer_away() {
    let world = World::new().await;
    let path = format!("/api/customers/{}", world.customer("Acme").await);
    let away = json!({ "owner": world.other_id });
    assert_eq!(world.owner.patch(&path, &away).await.verdict(), (403, "forbidden"));
    world.owner.patch(&path, &json!({ "owner": world.owner_person(), "name": "Acme 2" })).await.expect(200);
    let given = world.admin.patch(&path, &away).await.expect(200);
    assert_eq!(given.body["owner"]["id"], json!(world.other_id));
    assert_eq!(world.owner.get(&path).await.verdict(), (403, "not_owner"));
    for owner in [json!(null), json!(""), json!(UNKNOWN)] {
        let reply = world.admin.patch(&path, &json!({ "owner": owner })).await;
        assert_eq!(reply.verdict(), (400, "invalid_input"), "{owner}");
    }
    let named = world
        .admin
        .post("/api/customers", &json!({ "name": "B", "owner": world.owner_id }))
        .await
        .expect(201);
    assert_eq!(named.body["owner"], world.owner_person());
    let own = world.admin.post("/api/customers", &json!({ "name": "C" })).await.expect(201);
    assert_eq!(own.body["owner"]["id"], json!(world.admin_id));
}

#[tokio::test]
async fn a_deleted_customer_is_gone_and_its_open_tasks_are_done() {
    let world = World::new().await;
    let id = world.customer("Acme").await;
    let task =
        json!({ "title": "Call", "dueDate": "2026-04-01", "relatedType": "Customer", "relatedId": id });
    let task = format!("/api/tasks/{}", world.owner.post("/api/tasks", &task).await.expect(201).id());
    let path = format!("/api/customers/{id}");
    assert_eq!(world.owner.delete(&path).await.expect(200).body, json!({ "ok": true }));
    assert_eq!(world.owner.get(&path).await.verdict(), (404, "not_found"));
    assert_eq!(world.owner.delete(&path).await.verdict(), (404, "not_found"));
    assert_eq!(world.owner.get(&format!("{path}/notes")).await.status, 404);
    let task = world.owner.get(&task).await.expect(200);
    assert_eq!((&task.body["status"], &task.body["relatedName"]), (&json!("Done"), &Value::Null));
    assert_eq!(world.owner.get("/api/customers").await.body["total"], 0);
}

#[tokio::test]
async fn who_deletes_a_customer_is_told_nothing_of_the_tasks_that_others_have_about_it() {
    let world = World::new().await;
    let id = world.customer("Acme").await;
    let about = |title: &str| json!({ "title": title, "dueDate": "2026-04-01", "relatedType": "Customer", "relatedId": id });
    world.owner.post("/api/tasks", &about("Call")).await.expect(201);
    let secret = world.admin.post("/api/tasks", &about("Take it from Olga")).await.expect(201);
    world.owner.delete(&format!("/api/customers/{id}")).await.expect(200);
    let told = world.owner.get("/api/activity?type=task_completed").await.expect(200);
    let messages: Vec<&Value> = told.body.as_array().unwrap().iter().map(|event| &event["message"]).collect();
    assert_eq!(messages, ["Task \"Call\" completed"]);
    let path = format!("/api/activity?type=task_completed&entityId={}", secret.id());
    let event = &world.admin.get(&path).await.expect(200).body[0];
    assert_eq!(event["message"], "Task \"Take it from Olga\" completed");
    assert_eq!(event["actor"]["name"], "system (tasks of a deleted customer)");
}

#[tokio::test]
async fn customers_are_listed_searched_and_filtered() {
    let world = World::new().await;
    for (name, tag) in [("Ærø Ferries", "sea"), ("Łódź Trams", "Land"), ("Zebra", "land")] {
        world.owner.post("/api/customers", &json!({ "name": name, "tags": [tag] })).await.expect(201);
    }
    let names = |query: String| {
        let admin = world.admin.clone();
        async move { admin.get(&format!("/api/customers?sort=name&{query}")).await.expect(200).items("name") }
    };
    assert_eq!(names("q=aero".into()).await, ["Ærø Ferries"]);
    assert_eq!(names("tag=LAND".into()).await, ["Łódź Trams", "Zebra"]);
    assert_eq!(names(format!("owner={}&q=l", world.owner_id)).await, ["Łódź Trams"]);
    assert!(names(format!("owner={}", world.other_id)).await.is_empty());
    assert_eq!(names("limit=2&page=2".into()).await, ["Zebra"]);
}
