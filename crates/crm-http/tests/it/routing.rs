//! How a request finds its route, and what every answer has.

use reqwest::Method;
use rstest::rstest;
use serde_json::json;

use crate::support::server::{TestServer, options};
use crate::support::world::World;

#[rstest]
#[case("/")]
#[case("/api")]
#[case("/api/lead")]
#[case("/api/leads//")]
#[case("/API/leads")]
#[case("/api/auth/users/x/y")]
#[case("/docs/nothing.js")]
#[case("/docs/../Cargo.toml")]
#[tokio::test]
async fn an_unknown_route_is_a_404(#[case] path: &str) {
    let reply = TestServer::start().await.nobody().get(path).await;
    assert_eq!(reply.verdict(), (404, "no_such_route"));
}

#[rstest]
#[case(Method::PUT, "/api/leads", "GET, HEAD, POST, OPTIONS")]
#[case(Method::DELETE, "/api/leads", "GET, HEAD, POST, OPTIONS")]
#[case(Method::GET, "/api/auth/login", "POST, OPTIONS")]
#[case(Method::PUT, "/api/leads/x", "GET, HEAD, PATCH, DELETE, OPTIONS")]
#[case(Method::POST, "/api/leads/x/archive", "PATCH, OPTIONS")]
#[case(Method::POST, "/api/dashboard", "GET, HEAD, OPTIONS")]
#[case(Method::TRACE, "/health", "GET, HEAD, OPTIONS")]
#[tokio::test]
async fn a_wrong_method_is_a_405_that_names_the_right_ones(
    #[case] method: Method,
    #[case] path: &str,
    #[case] allow: &str,
) {
    let reply = TestServer::start().await.nobody().bare(method, path).await;
    assert_eq!(reply.verdict(), (405, "method_not_allowed"));
    assert_eq!(reply.header("allow"), allow);
}

#[tokio::test]
async fn options_tells_the_methods() {
    let reply = TestServer::start().await.nobody().bare(Method::OPTIONS, "/api/leads").await;
    assert_eq!((reply.status, reply.header("allow")), (204, "GET, HEAD, POST, OPTIONS"));
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let world = World::new().await;
    let id = world.lead("Acme").await;
    for path in ["/api/leads".to_owned(), format!("/api/leads/{id}"), "/api/dashboard".to_owned()] {
        let (bare, slashed) = (world.owner.get(&path).await, world.owner.get(&format!("{path}/")).await);
        assert_eq!((slashed.status, &slashed.body), (200, &bare.body), "{path}");
    }
    let made = world.owner.post("/api/leads/", &json!({ "name": "Ours" })).await.expect(201);
    assert_eq!(made.header("location"), format!("/api/leads/{}", made.id()));
}

#[tokio::test]
async fn head_answers_as_get_does_without_a_body() {
    let world = World::new().await;
    let id = world.lead("Acme").await;
    for path in
        ["/api/leads".to_owned(), format!("/api/leads/{id}"), "/api/dashboard".into(), "/health".into()]
    {
        let (get, head) = (world.owner.get(&path).await, world.owner.bare(Method::HEAD, &path).await);
        assert_eq!(head.status, 200, "{path}");
        for name in ["etag", "content-type", "content-length", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
    let reply = world.server.nobody().bare(Method::HEAD, "/api/leads").await;
    assert_eq!((reply.status, reply.text.as_str()), (401, ""));
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_any_other_replaced() {
    let client = TestServer::start().await.nobody();
    let with = |id: &'static str| client.with_header(Method::GET, "/nowhere", "x-request-id", id);
    let kept = with("web-1.7_a").await;
    assert_eq!(kept.header("x-request-id"), "web-1.7_a");
    assert_eq!(kept.body["requestId"], "web-1.7_a");
    for id in ["a b", "", "<script>"] {
        let made = with(id).await;
        assert_eq!(made.header("x-request-id").len(), 36, "{id}");
    }
}

#[tokio::test]
async fn answers_say_who_may_keep_them() {
    let world = World::new().await;
    let credentials = json!({ "email": "owner@example.com", "password": crate::support::world::PASSWORD });
    let nobody = world.server.nobody();
    let signed_in = nobody.post("/api/auth/login", &credentials).await;
    assert_eq!(signed_in.header("cache-control"), "no-store");
    let refresh = json!({ "refreshToken": signed_in.body["refreshToken"] });
    assert_eq!(nobody.post("/api/auth/refresh", &refresh).await.header("cache-control"), "no-store");
    for path in ["/api/leads", "/api/auth/me", "/api/dashboard", "/api/activity"] {
        assert_eq!(world.owner.get(path).await.header("cache-control"), "private, no-cache", "{path}");
    }
    assert_eq!(nobody.get("/api/leads").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn answers_carry_the_security_headers() {
    let server = TestServer::start().await;
    let reply = server.nobody().get("/health").await;
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
    assert_eq!(reply.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    assert!(!reply.has("strict-transport-security"));
    let year = std::time::Duration::from_hours(365 * 24);
    let strict = TestServer::with(crm_http::options::HttpOptions { hsts: Some(year), ..options() }).await;
    let reply = strict.nobody().get("/nowhere").await;
    assert_eq!(reply.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
}

#[tokio::test]
async fn a_large_answer_is_compressed_for_who_can_read_it() {
    let world = World::new().await;
    for number in 0..20 {
        world.lead(&format!("Lead number {number}")).await;
    }
    let request = world.owner.request(Method::GET, "/api/leads?limit=100").header("accept-encoding", "gzip");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    let plain = world.owner.get("/api/leads?limit=100").await;
    assert!(!plain.has("content-encoding"));
    assert_ne!(plain.header("etag"), tag, "other bytes, another strong tag");
    let known = world.owner.with_header(Method::GET, "/api/leads?limit=100", "if-none-match", &tag).await;
    assert_eq!(known.status, 304);
    assert!(response.bytes().await.unwrap().len() * 4 < plain.text.len());
}
