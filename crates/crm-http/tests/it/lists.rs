//! Pages, cursors, links and the parameters that all lists have.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::world::World;

async fn filled() -> World {
    let world = World::new().await;
    for number in 0..25 {
        let body = json!({ "name": format!("Lead {number:02}"), "source": if number % 2 == 0 { "Web" } else { "Fair" } });
        world.owner.post("/api/leads", &body).await.expect(201);
    }
    world
}

#[tokio::test]
async fn a_page_has_exactly_the_members_of_the_contract() {
    let world = filled().await;
    let page = world.owner.get("/api/leads").await.expect(200);
    let members: BTreeSet<&String> = page.body.as_object().unwrap().keys().collect();
    assert_eq!(members.into_iter().collect::<Vec<_>>(), ["items", "limit", "nextCursor", "page", "total"]);
    assert_eq!(
        (&page.body["page"], &page.body["limit"], &page.body["total"]),
        (&json!(1), &json!(10), &json!(25))
    );
    assert_eq!(page.body["items"].as_array().unwrap().len(), 10);
    let last = world.owner.get("/api/leads?page=3").await.expect(200);
    assert_eq!((&last.body["nextCursor"], last.body["items"].as_array().unwrap().len()), (&Value::Null, 5));
    assert!(!last.has("link"));
    let beyond = world.owner.get("/api/leads?page=4").await.expect(200);
    assert_eq!((&beyond.body["items"], &beyond.body["total"]), (&json!([]), &json!(25)));
}

#[tokio::test]
async fn the_link_leads_through_every_record_once_and_keeps_the_query() {
    let world = filled().await;
    let mut seen = Vec::new();
    let mut next = "/api/leads?limit=4&source=w%65b&sort=name&q=lead".to_owned();
    loop {
        let page = world.owner.get(&next).await.expect(200);
        assert_eq!(page.body["total"], 13);
        seen.extend(page.items("name"));
        let Some(link) = page.header("link").strip_prefix('<').map(str::to_owned) else { break };
        let (target, rest) = link.split_once('>').unwrap();
        assert_eq!(rest, "; rel=\"next\"");
        assert!(target.starts_with("/api/leads?limit=4&source=web&sort=name&q=lead&cursor="), "{target}");
        assert!(target.ends_with(page.body["nextCursor"].as_str().unwrap()));
        next = target.to_owned();
    }
    let expected: Vec<String> = (0..25).step_by(2).map(|number| format!("Lead {number:02}")).collect();
    assert_eq!(seen, expected);
}

#[rstest]
#[case("page=0", "page out_of_range")]
#[case("page=x", "page wrong_type")]
#[case("page=-1", "page wrong_type")]
#[case("limit=0", "limit out_of_range")]
#[case("limit=101", "limit out_of_range")]
#[case("limit=99999999999999999999", "limit out_of_range")]
#[case("page=1&page=2", "page repeated")]
#[case("sort=colour", "sort invalid")]
#[case("cursor=nonsense", "cursor invalid")]
#[case("pgae=2", "pgae unknown_parameter")]
#[case("status=Open", "status invalid")]
#[case("archived=maybe", "archived invalid")]
#[case("assignedAgent=7", "assignedAgent invalid")]
#[case("createdFrom=yesterday", "createdFrom invalid")]
#[case("createdFrom=2026-03-02&createdTo=2026-03-01", "createdTo out_of_range")]
#[tokio::test]
async fn a_bad_parameter_is_named(#[case] query: &str, #[case] field: &str) {
    let world = World::new().await;
    let reply = world.admin.get(&format!("/api/leads?{query}")).await.expect(400);
    assert_eq!(reply.bad_fields(), [field]);
}

#[tokio::test]
async fn every_bad_parameter_is_told_at_once_with_what_was_meant() {
    let world = World::new().await;
    let reply = world.admin.get("/api/leads?limt=5&page=0&stauts=New&limit=x").await.expect(400);
    assert_eq!(reply.bad_fields().len(), 4);
    for meant in ["`limit`", "`status`"] {
        assert!(reply.text_at("detail").contains(meant), "{}", reply.text);
    }
}

#[tokio::test]
async fn a_page_too_deep_names_the_cursor() {
    let world = World::new().await;
    let reply = world.admin.get("/api/leads?page=1002&limit=100").await.expect(400);
    assert_eq!(reply.bad_fields(), ["page out_of_range"]);
    assert!(reply.text_at("detail").contains("cursor"));
    world.admin.get("/api/leads?page=1001&limit=100").await.expect(200);
}

#[tokio::test]
async fn an_empty_filter_is_as_absent() {
    let world = filled().await;
    let reply = world
        .owner
        .get("/api/leads?q=&status=&assignedAgent=&archived=&tag=&sort=&cursor=")
        .await
        .expect(200);
    assert_eq!(reply.body["total"], 25);
}

#[tokio::test]
async fn a_query_that_cannot_be_decoded_is_a_400() {
    let world = World::new().await;
    for query in ["q=%ff", "q=%", "q=%zz"] {
        let reply = world.admin.get(&format!("/api/leads?{query}")).await;
        assert_eq!(reply.verdict(), (400, "malformed_query"), "{query}");
        assert_eq!(reply.bad_fields(), ["q invalid"]);
    }
}

#[tokio::test]
async fn a_cursor_of_another_order_is_refused() {
    let world = filled().await;
    let by_name = world.owner.get("/api/leads?sort=name&limit=2").await.text_at("nextCursor");
    let reply = world.owner.get(&format!("/api/leads?cursor={by_name}")).await;
    assert_eq!(reply.bad_fields(), ["cursor invalid"]);
    let both = world.owner.get(&format!("/api/leads?sort=name&cursor={by_name}&page=2")).await;
    assert_eq!(both.bad_fields(), ["page invalid"]);
}

#[tokio::test]
async fn leads_are_filtered_by_all_that_the_contract_names() {
    let world = World::new().await;
    let make = |body: Value| {
        let admin = world.admin.clone();
        async move { admin.post("/api/leads", &body).await.expect(201) }
    };
    make(json!({ "name": "A", "status": "New", "assignedAgent": world.owner_id, "tags": ["Größe"] })).await;
    make(json!({ "name": "B", "status": "Closed Won", "assignedAgent": world.other_id, "source": "Messe" }))
        .await;
    make(json!({ "name": "C", "status": "In Progress" })).await;
    let names = |query: String| {
        let admin = world.admin.clone();
        async move { admin.get(&format!("/api/leads?sort=name&{query}")).await.expect(200).items("name") }
    };
    assert_eq!(names("status=New,Closed%20Won".into()).await, ["A", "B"]);
    assert_eq!(names(format!("assignedAgent={}", world.owner_id)).await, ["A"]);
    assert_eq!(names("assignedAgent=none".into()).await, ["C"]);
    assert_eq!(names("tag=GROSSE".into()).await, ["A"]);
    assert_eq!(names("source=MESSE".into()).await, ["B"]);
    assert_eq!(names("createdFrom=2026-03-20&createdTo=2026-03-20".into()).await, ["A", "B", "C"]);
    assert!(names("createdTo=2026-03-19".into()).await.is_empty());
    let others = world.owner.get(&format!("/api/leads?assignedAgent={}", world.other_id)).await.expect(200);
    assert_eq!((&others.body["total"], &others.body["items"]), (&json!(0), &json!([])));
    assert_eq!(world.owner.get("/api/leads?assignedAgent=none").await.body["total"], 0);
}
