//! Leads.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::world::{UNKNOWN, World};

#[tokio::test]
async fn a_new_lead_has_exactly_the_members_of_the_contract() {
    let world = World::new().await;
    let body = json!({
        "name": " Zoë  Müller ", "email": "Zoe@Example.com", "phone": "+49 (30) 123/45", "company": "Acme",
        "source": "Fair", "tags": ["vip", "VIP", "new"], "status": "In Progress",
    });
    let made = world.owner.post("/api/leads", &body).await.expect(201);
    let id = made.id();
    assert_eq!(
        made.body,
        json!({
            "id": id, "_id": id, "name": made.body["name"], "email": "zoe@example.com", "phone": "+49 (30) 123/45",
            "company": "Acme", "status": "In Progress", "source": "Fair", "tags": made.body["tags"],
            "assignedAgent": world.owner_person(), "archived": false, "customerId": null,
            "createdAt": "2026-03-20T09:00:00.000Z", "updatedAt": "2026-03-20T09:00:00.000Z", "version": 1,
        })
    );
    assert_eq!(made.header("location"), format!("/api/leads/{id}"));
    let read = world.owner.get(&format!("/api/leads/{id}")).await.expect(200);
    let mut without_history = read.body.clone();
    let history = without_history.as_object_mut().unwrap().remove("history").unwrap();
    assert_eq!(without_history, made.body);
    let by = json!({ "id": world.owner_id, "name": "Olga Owner" });
    assert_eq!(
        history,
        json!([{ "action": "created", "at": "2026-03-20T09:00:00.000Z", "by": by, "meta": history[0]["meta"] }])
    );
}

#[tokio::test]
async fn what_is_left_out_has_its_default() {
    let world = World::new().await;
    let body =
        json!({ "name": "Acme", "email": "", "phone": null, "company": "  ", "source": "", "tags": null });
    let made = world.owner.post("/api/leads", &body).await.expect(201);
    for member in ["email", "phone", "company", "customerId"] {
        assert_eq!(made.body[member], Value::Null, "{member}");
    }
    assert_eq!((&made.body["status"], &made.body["source"]), (&json!("New"), &json!("Unknown")));
    assert_eq!((&made.body["tags"], &made.body["archived"]), (&json!([]), &json!(false)));
}

#[tokio::test]
async fn a_lead_made_by_an_admin_is_nobodys_unless_one_is_named() {
    let world = World::new().await;
    let unassigned = world.admin.post("/api/leads", &json!({ "name": "A" })).await.expect(201);
    assert_eq!(unassigned.body["assignedAgent"], Value::Null);
    let by_id = json!({ "name": "B", "assignedAgent": world.owner_id });
    let by_object = json!({ "name": "C", "assignedAgent": { "_id": world.owner_id, "name": "whatever" } });
    for body in [by_id, by_object] {
        let made = world.admin.post("/api/leads", &body).await.expect(201);
        assert_eq!(made.body["assignedAgent"], world.owner_person());
    }
    for (agent, code) in [(json!(UNKNOWN), "unknown_user"), (json!("7"), "invalid"), (json!(7), "wrong_type")]
    {
        let reply = world.admin.post("/api/leads", &json!({ "name": "D", "assignedAgent": agent })).await;
        assert_eq!(reply.bad_fields(), [format!("assignedAgent {code}")]);
    }
    let given =
        world.owner.post("/api/leads", &json!({ "name": "E", "assignedAgent": world.other_id })).await;
    assert_eq!(given.verdict(), (403, "forbidden"));
}

#[tokio::test]
async fn a_patch_keeps_what_is_absent_and_clears_what_is_null() {
    let world = World::new().await;
    let body =
        json!({ "name": "Acme", "email": "a@example.com", "phone": "123", "company": "X", "source": "Web" });
    let path = format!("/api/leads/{}", world.owner.post("/api/leads", &body).await.id());
    world.server.clock.advance(Duration::from_secs(1));
    let change = json!({ "email": null, "phone": "", "source": null, "tags": ["a"] });
    let changed = world.owner.patch(&path, &change).await.expect(200);
    assert_eq!((&changed.body["email"], &changed.body["phone"]), (&Value::Null, &Value::Null));
    assert_eq!((&changed.body["company"], &changed.body["source"]), (&json!("X"), &json!("Unknown")));
    assert_eq!((&changed.body["version"], &changed.body["tags"]), (&json!(2), &json!(["a"])));
    assert_eq!(changed.body["updatedAt"], "2026-03-20T09:00:01.000Z");
    let refused = world.owner.patch(&path, &json!({ "name": null, "status": "" })).await;
    assert_eq!(refused.bad_fields(), ["name required", "status required"]);
}

#[tokio::test]
async fn a_patch_that_changes_nothing_makes_no_version_and_no_event() {
    let world = World::new().await;
    let path = format!("/api/leads/{}", world.lead("Acme").await);
    let before = world.owner.get(&path).await;
    for body in
        [json!({}), json!({ "name": "Acme" }), json!({ "status": "New", "tags": [] }), before.body.clone()]
    {
        let reply = world.owner.patch(&path, &body).await.expect(200);
        assert_eq!(reply.body["version"], 1);
    }
    assert_eq!(world.owner.get(&path).await.body, before.body);
}

#[tokio::test]
async fn history_and_owner_cannot_be_overwritten() {
    let world = World::new().await;
    let path = format!("/api/leads/{}", world.lead("Acme").await);
    let erased = json!({ "history": [], "id": UNKNOWN, "createdAt": "1999-01-01T00:00:00Z", "version": 99 });
    world.owner.patch(&path, &erased).await.expect(200);
    let given = world.owner.patch(&path, &json!({ "assignedAgent": world.other_id })).await;
    assert_eq!(given.verdict(), (403, "forbidden"));
    assert_eq!(
        world.owner.patch(&path, &json!({ "assignedAgent": null })).await.verdict(),
        (403, "forbidden")
    );
    world.owner.patch(&path, &json!({ "assignedAgent": world.owner_id })).await.expect(200);
    let read = world.owner.get(&path).await;
    assert_eq!((&read.body["version"], read.body["history"].as_array().unwrap().len()), (&json!(1), 1));
    assert_eq!(read.body["createdAt"], "2026-03-20T09:00:00.000Z");
}

#[tokio::test]
async fn the_history_tells_what_changed_newest_first() {
    let world = World::new().await;
    let path = format!("/api/leads/{}", world.lead("Acme").await);
    world.owner.patch(&path, &json!({ "status": "In Progress" })).await.expect(200);
    world.owner.patch(&path, &json!({ "name": "Acme Ltd", "phone": "1" })).await.expect(200);
    world.owner.patch(&format!("{path}/archive"), &json!({})).await.expect(200);
    world
        .admin
        .post(&format!("{path}/reassign"), &json!({ "assignedAgent": world.other_id }))
        .await
        .expect(200);
    let history = world.other.get(&path).await.expect(200).body["history"].clone();
    let actions: Vec<&str> =
        history.as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["reassigned", "archived", "updated", "status_changed", "created"]);
    assert_eq!(history[3]["meta"], json!({ "status": { "from": "New", "to": "In Progress" } }));
    assert_eq!(history[2]["meta"]["name"], json!({ "from": "Acme", "to": "Acme Ltd" }));
    assert_eq!(history[0]["by"], json!({ "id": world.admin_id, "name": "Ada Admin" }));
}

#[tokio::test]
async fn archiving_is_harmless_when_repeated_and_can_be_taken_back() {
    let world = World::new().await;
    let id = world.lead("Acme").await;
    let path = format!("/api/leads/{id}");
    for _ in 0..2 {
        assert_eq!(world.owner.delete(&path).await.expect(200).body, json!({ "ok": true }));
    }
    assert_eq!(world.owner.get("/api/leads").await.body["total"], 0);
    assert_eq!(world.owner.get("/api/leads?archived=true").await.items("id"), [id.as_str()]);
    assert_eq!(world.owner.get("/api/leads?showArchived=true").await.items("id"), [id.as_str()]);
    assert_eq!(world.owner.get("/api/leads?archived=all").await.body["total"], 1);
    for _ in 0..2 {
        world.owner.bare(Method::PATCH, &format!("{path}/unarchive")).await.expect(200);
    }
    let read = world.owner.get(&path).await;
    assert_eq!((&read.body["archived"], &read.body["version"]), (&json!(false), &json!(3)));
}

#[tokio::test]
async fn an_admin_gives_a_lead_to_somebody_or_nobody() {
    let world = World::new().await;
    let path = format!("/api/leads/{}", world.lead("Acme").await);
    let reassign = format!("{path}/reassign");
    let given = world.admin.post(&reassign, &json!({ "assignedAgent": world.other_id })).await.expect(200);
    assert_eq!(given.body["assignedAgent"]["name"], "Otto Other");
    assert_eq!(world.owner.get(&path).await.verdict(), (403, "not_owner"));
    let nobodys = world.admin.post(&reassign, &json!({ "assignedAgent": null })).await.expect(200);
    assert_eq!(nobodys.body["assignedAgent"], Value::Null);
    let unsaid = world.admin.post(&reassign, &json!({})).await;
    assert_eq!(unsaid.bad_fields(), ["assignedAgent required"]);
    let forbidden = world.other.post(&reassign, &json!({ "assignedAgent": world.other_id })).await;
    assert_eq!(forbidden.verdict(), (403, "forbidden"));
    world.admin.delete(&format!("/api/auth/users/{}", world.other_id)).await.expect(200);
    let inactive = world.admin.post(&reassign, &json!({ "assignedAgent": world.other_id })).await;
    assert_eq!(inactive.bad_fields(), ["assignedAgent inactive_user"]);
}

#[tokio::test]
async fn a_lead_becomes_one_customer() {
    let world = World::new().await;
    let body = json!({ "name": "Acme", "email": "a@example.com", "tags": ["vip"], "company": "Acme Ltd" });
    let id = world.owner.post("/api/leads", &body).await.id();
    let path = format!("/api/leads/{id}/convert");
    let first = world.owner.bare(Method::POST, &path).await.expect(200);
    let customer = &first.body["customer"];
    assert_eq!(first.body["lead"]["status"], "Closed Won");
    assert_eq!(first.body["lead"]["customerId"], customer["id"]);
    assert_eq!((&customer["leadId"], &customer["tags"]), (&json!(id), &json!(["vip", "converted"])));
    assert_eq!((&customer["owner"], &customer["notes"]), (&world.owner_person(), &json!([])));
    assert_eq!(first.body.get("alreadyConverted"), None);
    let again = world.owner.post(&path, &json!({})).await.expect(200);
    assert_eq!(
        (&again.body["customer"]["id"], &again.body["alreadyConverted"]),
        (&customer["id"], &json!(true))
    );
    let types: Vec<Value> = world.owner.get("/api/activity").await.body.as_array().unwrap().clone();
    let of = |kind: &str| types.iter().filter(|event| event["type"] == kind).count();
    assert_eq!((of("lead_converted"), of("customer_created")), (1, 1));
}

#[tokio::test]
async fn the_status_of_a_converted_lead_stays_closed_won() {
    let world = World::new().await;
    let path = format!("/api/leads/{}", world.lead("Acme").await);
    world.owner.bare(Method::POST, &format!("{path}/convert")).await.expect(200);
    for status in ["New", "In Progress", "Closed Lost"] {
        for client in [&world.owner, &world.admin] {
            let reply = client.patch(&path, &json!({ "status": status, "name": "Other" })).await;
            assert_eq!(reply.verdict(), (409, "already_converted"), "{status}");
        }
    }
    let won =
        world.owner.patch(&path, &json!({ "status": "Closed Won", "name": "Acme Ltd" })).await.expect(200);
    assert_eq!((&won.body["status"], &won.body["name"]), (&json!("Closed Won"), &json!("Acme Ltd")));
    assert_eq!(world.admin.get(&path).await.body["version"], 3);
}

#[tokio::test]
async fn converting_again_shows_no_customer_that_one_may_not_see_or_that_is_gone() {
    let world = World::new().await;
    let id = world.lead("Acme").await;
    let path = format!("/api/leads/{id}/convert");
    let customer =
        world.owner.bare(Method::POST, &path).await.body["customer"]["id"].as_str().unwrap().to_owned();
    let customer = format!("/api/customers/{customer}");
    world.admin.patch(&customer, &json!({ "owner": world.other_id })).await.expect(200);
    let hidden = world.owner.bare(Method::POST, &path).await.expect(200);
    assert_eq!((&hidden.body["customer"], &hidden.body["alreadyConverted"]), (&Value::Null, &json!(true)));
    world.admin.delete(&customer).await.expect(200);
    assert_eq!(world.owner.bare(Method::POST, &path).await.verdict(), (409, "customer_deleted"));
}

#[tokio::test]
async fn an_unassigned_lead_that_an_admin_converts_makes_the_admins_customer() {
    let world = World::new().await;
    let id = world.admin.post("/api/leads", &json!({ "name": "Acme", "archived": true })).await.id();
    let reply = world.admin.bare(Method::POST, &format!("/api/leads/{id}/convert")).await.expect(200);
    assert_eq!(reply.body["customer"]["owner"]["id"], json!(world.admin_id));
    assert_eq!(reply.body["lead"]["archived"], true);
}
