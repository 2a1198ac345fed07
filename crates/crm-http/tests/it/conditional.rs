//! `ETag`, `If-None-Match` and `If-Match`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::client::{Client, Reply};
use crate::support::world::World;

async fn read(client: &Client, path: &str, etag: &str) -> Reply {
    client.with_header(Method::GET, path, "if-none-match", etag).await
}

async fn change(client: &Client, method: Method, path: &str, body: &Value, etag: &str) -> Reply {
    client.send(client.request(method, path).json(body).header("if-match", etag)).await
}

#[tokio::test]
async fn who_has_it_already_gets_a_304() {
    let world = World::new().await;
    let id = world.lead("Acme").await;
    let paths = [
        format!("/api/leads/{id}"),
        "/api/leads?limit=5".into(),
        "/api/customers".into(),
        "/api/tasks".into(),
        "/api/activity".into(),
        "/api/dashboard".into(),
        "/api/auth/me".into(),
        "/api/auth/sessions".into(),
    ];
    for path in paths {
        let etag = world.owner.get(&path).await.expect(200).header("etag").to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"'), "{path}: {etag} is not strong");
        for known in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".into()] {
            let reply = read(&world.owner, &path, &known).await;
            assert_eq!((reply.status, reply.text.as_str()), (304, ""), "{path} {known}");
            assert_eq!(
                (reply.header("etag"), reply.header("cache-control")),
                (etag.as_str(), "private, no-cache")
            );
        }
        read(&world.owner, &path, "\"other\"").await.expect(200);
        read(&world.owner, &path, "nonsense").await.expect(200);
        let head = world.owner.with_header(Method::HEAD, &path, "if-none-match", &etag).await;
        assert_eq!(head.status, 304, "{path}");
    }
}

#[tokio::test]
async fn a_tag_changes_with_all_that_the_body_shows() {
    let world = World::new().await;
    let path = format!("/api/leads/{}", world.lead("Acme").await);
    let first = world.owner.get(&path).await.header("etag").to_owned();
    world.owner.patch("/api/auth/me", &json!({ "name": "Olga Newname" })).await.expect(200);
    let renamed = read(&world.owner, &path, &first).await.expect(200);
    assert_eq!(renamed.body["assignedAgent"]["name"], "Olga Newname");
    assert_eq!(renamed.body["version"], 1);
    assert_ne!(renamed.header("etag"), first);
}

#[tokio::test]
async fn a_change_upon_another_version_is_a_412_that_tells_which_there_is() {
    let world = World::new().await;
    let lead = format!("/api/leads/{}", world.lead("Acme").await);
    let old = world.owner.get(&lead).await.header("etag").to_owned();
    let changed =
        change(&world.owner, Method::PATCH, &lead, &json!({ "phone": "1" }), &old).await.expect(200);
    let stale = change(&world.owner, Method::PATCH, &lead, &json!({ "phone": "2" }), &old).await;
    assert_eq!(stale.verdict(), (412, "version_mismatch"));
    assert_eq!(stale.body["currentVersion"], 2);
    for action in ["archive", "unarchive"] {
        let reply = change(&world.owner, Method::PATCH, &format!("{lead}/{action}"), &json!({}), &old).await;
        assert_eq!(reply.verdict(), (412, "version_mismatch"), "{action}");
    }
    let reassign = json!({ "assignedAgent": null });
    let reply = change(&world.admin, Method::POST, &format!("{lead}/reassign"), &reassign, &old).await;
    assert_eq!(reply.status, 412);
    assert_eq!(
        change(&world.owner, Method::POST, &format!("{lead}/convert"), &json!({}), &old).await.status,
        412
    );
    assert_eq!(change(&world.owner, Method::DELETE, &lead, &json!({}), &old).await.status, 412);
    let current = changed.header("etag");
    change(&world.owner, Method::PATCH, &lead, &json!({ "phone": "3" }), current).await.expect(200);
    assert_eq!(world.owner.get(&lead).await.body["version"], 3);
}

#[tokio::test]
async fn every_kind_of_record_can_be_changed_upon_its_version_only() {
    let world = World::new().await;
    let customer = world.customer("Acme").await;
    let note = world.note(&customer, "x").await;
    let task = world.task("Call", "2026-04-01").await;
    let stale = "\"99-x\"";
    let changes = [
        (&world.owner, Method::PATCH, format!("/api/customers/{customer}"), json!({ "name": "B" })),
        (&world.owner, Method::POST, format!("/api/customers/{customer}/notes"), json!({ "text": "y" })),
        (
            &world.owner,
            Method::PATCH,
            format!("/api/customers/{customer}/notes/{note}"),
            json!({ "text": "y" }),
        ),
        (&world.owner, Method::DELETE, format!("/api/customers/{customer}/notes/{note}"), json!({})),
        (&world.owner, Method::DELETE, format!("/api/customers/{customer}"), json!({})),
        (&world.owner, Method::PATCH, format!("/api/tasks/{task}"), json!({ "title": "B" })),
        (&world.owner, Method::DELETE, format!("/api/tasks/{task}"), json!({})),
        (&world.owner, Method::PATCH, "/api/auth/me".into(), json!({ "name": "B" })),
        (&world.admin, Method::PATCH, format!("/api/auth/users/{}", world.other_id), json!({ "name": "B" })),
        (&world.admin, Method::DELETE, format!("/api/auth/users/{}", world.other_id), json!({})),
    ];
    for (client, method, path, body) in changes {
        let reply = change(client, method.clone(), &path, &body, stale).await;
        assert_eq!(reply.verdict(), (412, "version_mismatch"), "{method} {path}");
        let reply = change(client, method.clone(), &path, &body, "unquoted").await;
        assert_eq!(reply.verdict(), (400, "malformed_header"), "{method} {path}");
        assert_eq!(reply.bad_fields(), ["If-Match invalid"]);
    }
}

#[tokio::test]
async fn if_match_takes_lists_a_star_and_weak_tags_like_strong_ones() {
    let world = World::new().await;
    let path = format!("/api/leads/{}", world.lead("Acme").await);
    let status_of = |phone: &'static str, etag: &'static str| {
        let (owner, path) = (world.owner.clone(), path.clone());
        async move { change(&owner, Method::PATCH, &path, &json!({ "phone": phone }), etag).await.status }
    };
    assert_eq!(status_of("1", "*").await, 200);
    assert_eq!(status_of("2", "\"7-a\", \"2-b\"").await, 200);
    assert_eq!(status_of("3", "W/\"2-a\"").await, 412);
    assert_eq!(status_of("3", "W/\"3-a\"").await, 200);
    assert_eq!(status_of("4", "W/\"9-a\", W/\"4-a-gzip\"").await, 200);
    assert_eq!(status_of("5", "\"5\"").await, 200);
    assert_eq!(status_of("6", "\"no version\"").await, 400);
}
