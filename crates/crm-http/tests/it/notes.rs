//! Notes on customers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::world::{UNKNOWN, World};

#[tokio::test]
async fn a_note_comes_back_with_the_latest_five() {
    let world = World::new().await;
    let id = world.customer("Acme").await;
    let path = format!("/api/customers/{id}/notes");
    for number in 1..=6 {
        world.server.clock.advance(Duration::from_secs(1));
        let text = format!("note {number}\nwith two lines");
        let reply = world.owner.post(&path, &json!({ "text": text })).await.expect(201);
        let note = &reply.body["note"];
        assert_eq!(note["author"], json!({ "id": world.owner_id, "name": "Olga Owner" }));
        assert_eq!((&note["text"], &note["editedAt"]), (&json!(text), &Value::Null));
        assert!(!reply.has("location"), "a single note cannot be read");
        assert_eq!(&reply.body["latest5"][0], note);
    }
    let customer = world.owner.get(&format!("/api/customers/{id}")).await;
    let texts: Vec<&str> = customer.body["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts.len(), 5);
    assert!(texts[0].starts_with("note 6") && texts[4].starts_with("note 2"), "{texts:?}");
    assert_eq!((&customer.body["notesCount"], &customer.body["version"]), (&json!(6), &json!(7)));
    assert_eq!(customer.body["updatedAt"], "2026-03-20T09:00:06.000Z");
}

#[tokio::test]
async fn notes_are_walked_by_page_and_by_cursor() {
    let world = World::new().await;
    let id = world.customer("Acme").await;
    for number in 0..7 {
        world.note(&id, &format!("note {number}")).await;
    }
    let path = format!("/api/customers/{id}/notes");
    let all = world.owner.get(&format!("{path}?limit=100")).await.expect(200);
    assert_eq!(all.body["total"], 7);
    let mut walked = Vec::new();
    let mut next = Some(format!("{path}?limit=3"));
    while let Some(link) = next {
        let page = world.owner.get(&link).await.expect(200);
        walked.extend(page.items("id"));
        next = page.body["nextCursor"].as_str().map(|cursor| format!("{path}?limit=3&cursor={cursor}"));
    }
    assert_eq!(walked, all.items("id"));
    assert_eq!(world.owner.get(&format!("{path}?page=3&limit=3")).await.items("id"), walked[6..]);
    assert_eq!(world.owner.get(&format!("{path}?sort=text")).await.bad_fields(), ["sort unknown_parameter"]);
}

#[tokio::test]
async fn a_note_is_changed_by_its_author_or_an_admin() {
    let world = World::new().await;
    let id = world.customer("Acme").await;
    let by_admin =
        world.admin.post(&format!("/api/customers/{id}/notes"), &json!({ "text": "by admin" })).await;
    let theirs = format!("/api/customers/{id}/notes/{}", by_admin.body["note"]["id"].as_str().unwrap());
    let own = format!("/api/customers/{id}/notes/{}", world.note(&id, "typo").await);
    assert_eq!(world.owner.patch(&theirs, &json!({ "text": "x" })).await.verdict(), (403, "forbidden"));
    assert_eq!(world.owner.delete(&theirs).await.verdict(), (403, "forbidden"));
    assert_eq!(world.other.patch(&own, &json!({ "text": "x" })).await.verdict(), (403, "not_owner"));
    world.server.clock.advance(Duration::from_secs(1));
    let edited = world.owner.patch(&own, &json!({ "text": "corrected" })).await.expect(200);
    assert_eq!(
        (&edited.body["text"], &edited.body["editedAt"]),
        (&json!("corrected"), &json!("2026-03-20T09:00:01.000Z"))
    );
    world.admin.patch(&own, &json!({ "text": "moderated" })).await.expect(200);
    let echoed = world.owner.get(&format!("/api/customers/{id}/notes")).await.body["items"][0].clone();
    world.owner.patch(&own, &echoed).await.expect(200);
    world.admin.delete(&own).await.expect(200);
    assert_eq!(world.owner.delete(&own).await.verdict(), (404, "not_found"));
    assert_eq!(world.owner.get(&format!("/api/customers/{id}")).await.body["notesCount"], 1);
}

#[tokio::test]
async fn a_note_has_a_text_and_a_customer() {
    let world = World::new().await;
    let id = world.customer("Acme").await;
    let path = format!("/api/customers/{id}/notes");
    for (body, field) in [
        (json!({}), "text required"),
        (json!({ "text": " \n " }), "text required"),
        (json!({ "text": 7 }), "text wrong_type"),
        (json!({ "text": "x".repeat(10_001) }), "text too_long"),
        (json!({ "txt": "x", "text": "x" }), "txt unknown_member"),
    ] {
        assert_eq!(world.owner.post(&path, &body).await.bad_fields(), [field]);
    }
    let other = world.customer("Other").await;
    let note = world.note(&id, "here").await;
    assert_eq!(world.owner.delete(&format!("/api/customers/{other}/notes/{note}")).await.status, 404);
    assert_eq!(world.owner.delete(&format!("{path}/{UNKNOWN}")).await.status, 404);
    assert_eq!(world.owner.delete(&format!("{path}/7")).await.bad_fields(), ["noteId invalid"]);
    assert_eq!(world.owner.get(&format!("/api/customers/{UNKNOWN}/notes")).await.status, 404);
}
