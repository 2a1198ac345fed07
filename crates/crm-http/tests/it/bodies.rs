//! Bodies that are too large, too deep, too slow, of the wrong type, or no JSON.

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::client::{Client, Reply};
use crate::support::world::World;

async fn raw(client: &Client, content_type: Option<&str>, body: impl Into<reqwest::Body>) -> Reply {
    let request = client.request(Method::POST, "/api/leads").body(body);
    let request = match content_type {
        Some(content_type) => request.header("content-type", content_type),
        None => request,
    };
    client.send(request).await
}

#[rstest]
#[case(Some("text/plain"))]
#[case(Some("application/x-www-form-urlencoded"))]
#[case(Some("multipart/form-data"))]
#[case(None)]
#[tokio::test]
async fn a_body_that_is_not_declared_as_json_is_a_415(#[case] content_type: Option<&str>) {
    let world = World::new().await;
    let reply = raw(&world.owner, content_type, r#"{"name":"Acme"}"#).await;
    assert_eq!(reply.verdict(), (415, "unsupported_media_type"));
}

#[rstest]
#[case("application/json")]
#[case("application/json; charset=utf-8")]
#[case("Application/JSON")]
#[case("application/merge-patch+json")]
#[tokio::test]
async fn json_is_taken_by_all_its_names(#[case] content_type: &str) {
    let world = World::new().await;
    raw(&world.owner, Some(content_type), r#"{"name":"Acme"}"#).await.expect(201);
}

#[rstest]
#[case("")]
#[case("{")]
#[case("[]")]
#[case("\"name\"")]
#[case("null")]
#[case("{\"name\":\"Acme\",}")]
#[case("{\"name\":\"\\ud800\"}")]
#[tokio::test]
async fn what_is_no_json_object_is_a_400(#[case] body: &'static str) {
    let world = World::new().await;
    let reply = raw(&world.owner, Some("application/json"), body).await;
    assert_eq!(reply.verdict(), (400, "malformed_json"));
}

#[tokio::test]
async fn bytes_that_are_no_text_are_a_400() {
    let world = World::new().await;
    let reply = raw(&world.owner, Some("application/json"), b"{\"name\":\"\xff\"}".to_vec()).await;
    assert_eq!(reply.verdict(), (400, "malformed_json"));
}

#[tokio::test]
async fn a_member_that_stands_twice_is_a_400_that_names_it() {
    let world = World::new().await;
    let reply = raw(&world.owner, Some("application/json"), r#"{"name":"A","name":"B"}"#).await;
    assert_eq!(reply.verdict(), (400, "invalid_input"));
    assert_eq!(reply.bad_fields(), ["name repeated"]);
}

#[tokio::test]
async fn a_body_may_have_a_hundred_kilobytes_and_no_more() {
    let world = World::new().await;
    let frame = r#"{"name":"Acme","company":""}"#.len();
    let of_size = |size: usize| format!(r#"{{"name":"Acme","company":"{}"}}"#, " ".repeat(size - frame));
    raw(&world.owner, Some("application/json"), of_size(102_400)).await.expect(201);
    let reply = raw(&world.owner, Some("application/json"), of_size(102_401)).await;
    assert_eq!(reply.verdict(), (413, "too_large"));
}

#[tokio::test]
async fn a_body_in_chunks_is_measured_as_it_comes() {
    let world = World::new().await;
    let chunk = |bytes: &'static [u8]| Ok::<_, std::io::Error>(bytes);
    let start = std::iter::once(chunk(b"{\"name\":\""));
    let chunks = start.chain((0..110).map(|_| chunk(&[b'x'; 1024])));
    let stream = futures_util::stream::iter(chunks.collect::<Vec<_>>());
    let reply = raw(&world.owner, Some("application/json"), reqwest::Body::wrap_stream(stream)).await;
    assert_eq!(reply.verdict(), (413, "too_large"));
}

#[rstest]
#[case("gzip")]
#[case("br")]
#[case("chunked")]
#[case("identity, gzip")]
#[tokio::test]
async fn a_body_that_is_compressed_is_a_415_whatever_its_size(#[case] coding: &str) {
    let world = World::new().await;
    let request = world.owner.request(Method::POST, "/api/leads").header("content-type", "application/json");
    let reply = world.owner.send(request.header("content-encoding", coding).body(vec![0x1f, 0x8b, 8])).await;
    assert_eq!(reply.verdict(), (415, "unsupported_media_type"));
}

#[tokio::test]
async fn a_body_that_stops_coming_is_a_408() {
    let world = World::new().await;
    let stream = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let reply = raw(&world.owner, Some("application/json"), reqwest::Body::wrap_stream(stream)).await;
    assert_eq!(reply.verdict(), (408, "request_timeout"));
}

#[tokio::test]
async fn a_body_nests_thirty_two_deep_at_most() {
    let world = World::new().await;
    let nested = |depth: usize| {
        format!("{{\"name\":\"A\",\"history\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1))
    };
    raw(&world.owner, Some("application/json"), nested(32)).await.expect(201);
    for depth in [33, 1_000, 40_000] {
        let reply = raw(&world.owner, Some("application/json"), nested(depth)).await;
        assert_eq!(reply.verdict(), (400, "too_deep"), "{depth}");
    }
}

#[tokio::test]
async fn an_action_needs_no_body_and_takes_one_that_says_nothing() {
    let world = World::new().await;
    let path = format!("/api/leads/{}/archive", world.lead("Acme").await);
    world.owner.bare(Method::PATCH, &path).await.expect(200);
    world.owner.patch(&path, &json!({})).await.expect(200);
    world.owner.patch(&path, &json!({ "id": "x", "name": "Acme", "version": 1 })).await.expect(200);
    let reply = world.owner.patch(&path, &json!({ "achived": true })).await;
    assert_eq!(reply.bad_fields(), ["achived unknown_member"]);
    let form = world.owner.request(Method::PATCH, &path).header("content-type", "text/plain").body("x");
    assert_eq!(world.owner.send(form).await.verdict(), (415, "unsupported_media_type"));
}

#[tokio::test]
async fn every_bad_field_is_told_at_once() {
    let world = World::new().await;
    let body = json!({
        "name": "  ", "email": ["a@b"], "phone": "call me", "status": "Won", "tags": ["ok", 7, "x".repeat(51)],
        "asignedAgent": null, "archived": "yes",
    });
    let reply = world.owner.post("/api/leads", &body).await.expect(400);
    let mut fields = reply.bad_fields();
    fields.sort();
    assert_eq!(
        fields,
        [
            "archived wrong_type",
            "asignedAgent unknown_member",
            "email wrong_type",
            "name required",
            "phone invalid",
            "status invalid",
            "tags[1] wrong_type",
            "tags[2] too_long",
        ]
    );
    let errors = reply.body["errors"].as_array().unwrap();
    let suggested = errors.iter().find(|error| error["path"] == "asignedAgent").unwrap();
    assert!(suggested["msg"].as_str().unwrap().contains("`assignedAgent`"), "{suggested}");
}

#[tokio::test]
async fn nothing_is_read_before_the_sender_was_let_in() {
    let world = World::new().await;
    let nobody = world.server.nobody();
    assert_eq!(raw(&nobody, None, "no json").await.verdict(), (401, "unauthenticated"));
    let large = "x".repeat(5_000_000);
    assert_eq!(raw(&nobody, Some("text/plain"), large).await.verdict(), (401, "unauthenticated"));
    let register = world.owner.request(Method::POST, "/api/auth/register").body("no json");
    assert_eq!(world.owner.send(register).await.verdict(), (403, "forbidden"));
}

#[tokio::test]
async fn control_characters_and_wrong_types_never_pass() {
    let world = World::new().await;
    for value in [json!("a\u{0}b"), json!("a\nb"), json!(7), json!(true), json!({}), json!([])] {
        let reply = world.owner.post("/api/leads", &json!({ "name": value })).await;
        assert_eq!(reply.verdict(), (400, "invalid_input"), "{value}");
    }
    assert_eq!(world.owner.get("/api/leads").await.body["total"], Value::from(0));
}
