//! Pages of other origins.

use reqwest::Method;

use crate::support::client::{Client, Reply};
use crate::support::server::TestServer;

async fn preflight(client: &Client, origin: &str, method: &str, headers: &str) -> Reply {
    let request = client
        .request(Method::OPTIONS, "/api/leads")
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", headers);
    client.send(request).await
}

#[tokio::test]
async fn a_listed_origin_may_call() {
    let nobody = TestServer::start().await.nobody();
    let headers = "authorization, content-type, if-match, idempotency-key, x-request-id";
    let reply = preflight(&nobody, "https://app.example.com", "PATCH", headers).await.expect(200);
    assert_eq!(reply.header("access-control-allow-origin"), "https://app.example.com");
    assert!(!reply.has("access-control-allow-credentials"));
    let reply = nobody.with_header(Method::GET, "/api/leads", "origin", "https://app.example.com").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (401, "https://app.example.com"));
    let exposed = reply.header("access-control-expose-headers").to_lowercase();
    for name in ["etag", "link", "location", "idempotency-replayed", "x-request-id", "retry-after"] {
        assert!(exposed.contains(name), "{name} in {exposed}");
    }
    assert!(reply.header("vary").to_lowercase().contains("origin"));
}

#[tokio::test]
async fn another_origin_may_not() {
    let nobody = TestServer::start().await.nobody();
    for origin in
        ["https://evil.example.com", "http://app.example.com", "https://app.example.com.evil.org", "null"]
    {
        let reply = preflight(&nobody, origin, "GET", "authorization").await;
        assert_eq!(reply.verdict(), (400, "bad_request"), "{origin}");
        assert!(!reply.has("access-control-allow-origin"), "{origin}");
        let reply = nobody.with_header(Method::GET, "/health", "origin", origin).await;
        assert!(!reply.has("access-control-allow-origin"), "{origin}");
    }
}

#[tokio::test]
async fn a_listed_origin_may_send_only_what_the_contract_has() {
    let nobody = TestServer::start().await.nobody();
    assert_eq!(preflight(&nobody, "https://app.example.com", "PUT", "authorization").await.status, 400);
    assert_eq!(preflight(&nobody, "https://app.example.com", "GET", "x-evil").await.status, 400);
}
