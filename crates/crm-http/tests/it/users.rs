//! Managing accounts.

use serde_json::json;

use crate::support::world::{PASSWORD, UNKNOWN, World};

#[tokio::test]
async fn an_admin_makes_an_account_that_can_sign_in() {
    let world = World::new().await;
    let body = json!({ "name": "Nina New", "email": " Nina@Example.COM ", "password": PASSWORD });
    let made = world.admin.post("/api/auth/register", &body).await.expect(201);
    assert_eq!((&made.body["email"], &made.body["role"]), (&json!("nina@example.com"), &json!("agent")));
    assert_eq!(made.header("location"), format!("/api/auth/users/{}", made.id()));
    assert_eq!(world.admin.get(made.header("location")).await.expect(200).body, made.body);
    world.server.sign_in("nina@example.com", PASSWORD).await;
}

#[tokio::test]
async fn an_email_belongs_to_one_account_in_whatever_case() {
    let world = World::new().await;
    let body = json!({ "name": "Twin", "email": "OWNER@example.com", "password": PASSWORD });
    assert_eq!(world.admin.post("/api/auth/register", &body).await.verdict(), (409, "email_taken"));
    let path = format!("/api/auth/users/{}", world.other_id);
    let reply = world.admin.patch(&path, &json!({ "email": "Owner@Example.com" })).await;
    assert_eq!(reply.verdict(), (409, "email_taken"));
}

#[tokio::test]
async fn every_bad_field_of_an_account_is_told() {
    let world = World::new().await;
    let body =
        json!({ "name": "", "email": "nowhere", "password": "short", "role": "root", "isAdmin": true });
    let mut fields = world.admin.post("/api/auth/register", &body).await.expect(400).bad_fields();
    fields.sort();
    assert_eq!(fields.len(), 5, "{fields:?}");
    assert!(fields.contains(&"role invalid".to_owned()));
}

#[tokio::test]
async fn an_admin_needs_the_current_password_for_another_email_or_password_of_their_own() {
    let world = World::new().await;
    let own = format!("/api/auth/users/{}", world.admin_id);
    let me = world.admin.get(&own).await.expect(200).body;
    for change in [json!({ "email": "boss@example.com" }), json!({ "password": "another secret 7" })] {
        let reply = world.admin.patch(&own, &change).await;
        assert_eq!(reply.verdict(), (400, "invalid_input"));
        assert_eq!(reply.bad_fields(), ["currentPassword required"]);
        let mut guess = change.clone();
        guess["currentPassword"] = json!("a guess");
        assert_eq!(world.admin.patch(&own, &guess).await.bad_fields(), ["currentPassword wrong_password"]);
    }
    assert_eq!(world.admin.patch(&own, &me).await.expect(200).body, me, "what it is already needs none");
    world.admin.patch(&own, &json!({ "name": "Boss" })).await.expect(200);
    let moved = json!({ "email": "boss@example.com", "currentPassword": PASSWORD });
    assert_eq!(world.admin.patch(&own, &moved).await.expect(200).body["email"], "boss@example.com");
    let renewed = json!({ "password": "another secret 7", "currentPassword": PASSWORD });
    world.admin.patch(&own, &renewed).await.expect(200);
    world.server.sign_in("boss@example.com", "another secret 7").await;
}

#[tokio::test]
async fn agents_manage_nobody() {
    let world = World::new().await;
    let path = format!("/api/auth/users/{}", world.owner_id);
    for reply in [
        world.owner.get("/api/auth/users").await,
        world.owner.get(&path).await,
        world.owner.patch(&path, &json!({ "role": "admin" })).await,
        world.owner.delete(&path).await,
        world.owner.post("/api/auth/register", &json!({})).await,
    ] {
        assert_eq!(reply.verdict(), (403, "forbidden"));
    }
}

#[tokio::test]
async fn the_last_admin_stays_and_nobody_takes_their_own_rights() {
    let world = World::new().await;
    let (me, other) =
        (format!("/api/auth/users/{}", world.admin_id), format!("/api/auth/users/{}", world.other_id));
    for change in [json!({ "role": "agent" }), json!({ "isActive": false })] {
        assert_eq!(world.admin.patch(&me, &change).await.status, 409);
    }
    assert_eq!(world.admin.delete(&me).await.status, 409);
    world.admin.patch(&other, &json!({ "role": "admin" })).await.expect(200);
    assert_eq!(world.admin.patch(&me, &json!({ "role": "agent" })).await.verdict(), (409, "self_demotion"));
    assert_eq!(world.admin.delete(&me).await.verdict(), (409, "self_deactivation"));
    world.other.patch(&me, &json!({ "role": "agent" })).await.expect(200);
    assert_eq!(world.admin.get("/api/auth/users").await.status, 403);
}

#[tokio::test]
async fn two_admins_who_deactivate_each_other_leave_one() {
    for _ in 0..5 {
        let world = World::new().await;
        let (me, other) =
            (format!("/api/auth/users/{}", world.admin_id), format!("/api/auth/users/{}", world.other_id));
        world.admin.patch(&other, &json!({ "role": "admin" })).await.expect(200);
        let (one, two) = tokio::join!(world.admin.delete(&other), world.other.delete(&me));
        let done = [one.status, two.status].into_iter().filter(|status| *status == 200).count();
        assert_eq!(done, 1, "{} {}", one.text, two.text);
    }
}

#[tokio::test]
async fn a_deactivated_users_records_can_go_to_somebody_else() {
    let world = World::new().await;
    world.lead("Open").await;
    let won = world.lead("Won").await;
    world.owner.patch(&format!("/api/leads/{won}"), &json!({ "status": "Closed Won" })).await.expect(200);
    world.customer("Client").await;
    world.task("Call", "2026-04-01").await;
    let path = format!("/api/auth/users/{}?transferTo={}", world.owner_id, world.other_id);
    let reply = world.admin.delete(&path).await.expect(200);
    assert_eq!(reply.body, json!({ "ok": true, "moved": { "leads": 1, "customers": 1, "tasks": 1 } }));
    assert_eq!(world.other.get("/api/leads").await.items("name"), ["Open"]);
    assert_eq!(world.other.get("/api/customers").await.body["total"], 1);
    assert_eq!(world.owner.get("/api/leads").await.status, 401);
}

#[tokio::test]
async fn a_transfer_goes_to_somebody_else_who_is_active() {
    let world = World::new().await;
    for to in [world.owner_id.as_str(), UNKNOWN, "7"] {
        let reply = world.admin.delete(&format!("/api/auth/users/{}?transferTo={to}", world.owner_id)).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
        assert!(reply.bad_fields()[0].starts_with("transferTo "));
    }
    world.owner.get("/api/leads").await.expect(200);
    let plain = world.admin.delete(&format!("/api/auth/users/{}", world.owner_id)).await.expect(200);
    assert_eq!(plain.body, json!({ "ok": true }));
    world.admin.delete(&format!("/api/auth/users/{}", world.owner_id)).await.expect(200);
}

#[tokio::test]
async fn a_password_that_an_admin_sets_ends_every_session() {
    let world = World::new().await;
    let path = format!("/api/auth/users/{}", world.other_id);
    world.admin.patch(&path, &json!({ "password": "brand new horse" })).await.expect(200);
    assert_eq!(world.other.get("/api/auth/me").await.verdict(), (401, "invalid_token"));
    world.server.sign_in("other@example.com", "brand new horse").await;
}

#[tokio::test]
async fn accounts_are_listed_searched_and_sorted() {
    let world = World::new().await;
    let names = |query: &'static str| {
        let admin = world.admin.clone();
        async move { admin.get(&format!("/api/auth/users{query}")).await.expect(200).items("name") }
    };
    assert_eq!(names("?sort=name").await, ["Ada Admin", "Olga Owner", "Otto Other"]);
    assert_eq!(names("?sort=-email&limit=1").await, ["Olga Owner"]);
    assert_eq!(names("?q=OTTO").await, ["Otto Other"]);
    assert_eq!(names("?q=example.com%20ada").await, ["Ada Admin"]);
    assert_eq!(names("?role=admin").await, ["Ada Admin"]);
    assert!(names("?active=false").await.is_empty());
    let bad = world.admin.get("/api/auth/users?role=root&actve=true").await;
    assert_eq!(bad.bad_fields().len(), 2, "{}", bad.text);
}

#[tokio::test]
async fn an_admin_may_send_back_what_they_read() {
    let world = World::new().await;
    let path = format!("/api/auth/users/{}", world.other_id);
    let read = world.admin.get(&path).await;
    let echoed = world.admin.patch(&path, &read.body).await.expect(200);
    assert_eq!(echoed.body, read.body);
    assert_eq!(world.admin.get(&format!("/api/auth/users/{UNKNOWN}")).await.verdict(), (404, "not_found"));
}
