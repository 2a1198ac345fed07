//! The service routes.

use std::sync::Arc;

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::ports::workspace::{Workspace, Workspaces};
use crm_http::options::HttpOptions;
use rstest::rstest;
use serde_json::json;

use crate::support::document::DOCUMENT;
use crate::support::server::{TestServer, options};

#[rstest]
#[case("/health")]
#[case("/healthz")]
#[tokio::test]
async fn a_server_that_works_says_so(#[case] path: &str) {
    let reply = TestServer::start().await.nobody().get(path).await;
    assert_eq!((reply.status, reply.body), (200, json!({ "ok": true })));
}

#[tokio::test]
async fn a_server_that_is_ready_names_its_kind_of_store() {
    let options = HttpOptions { store: "mongodb", ..options() };
    let reply = TestServer::with(options).await.nobody().get("/readyz").await;
    assert_eq!((reply.status, reply.body), (200, json!({ "ok": true, "store": "mongodb" })));
}

#[tokio::test]
async fn a_server_that_is_about_to_stop_is_not_ready_and_alive() {
    let server = TestServer::start().await;
    server.state.begin_shutdown();
    assert_eq!(server.nobody().get("/readyz").await.verdict(), (503, "not_ready"));
    server.nobody().get("/healthz").await.expect(200);
}

/// A store that never answers, or says that it cannot.
struct Silent {
    answers: bool,
}

#[async_trait]
impl Workspaces for Silent {
    async fn workspace(&self) -> Result<Workspace, StoreError> {
        std::future::pending().await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        if self.answers {
            Err(StoreError::Unavailable("secret host".into()))
        } else {
            std::future::pending().await
        }
    }
}

#[rstest]
#[case(true, "unavailable")]
#[case(false, "not_ready")]
#[tokio::test]
async fn without_its_store_the_server_is_not_ready(#[case] answers: bool, #[case] code: &str) {
    let server =
        TestServer::built(options(), |ctx| ctx.stores.workspaces = Arc::new(Silent { answers })).await;
    let reply = server.nobody().get("/readyz").await;
    assert_eq!(reply.verdict(), (503, code));
    assert!(!reply.text.contains("secret"));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up() {
    let quick =
        crm_http::options::HttpOptions { request_timeout: std::time::Duration::from_millis(50), ..options() };
    let server =
        TestServer::built(quick, |ctx| ctx.stores.workspaces = Arc::new(Silent { answers: false })).await;
    let reply = server.nobody().get("/api/auth/bootstrap/check").await;
    assert_eq!(reply.verdict(), (503, "timeout"));
}

/// A store with a bug.
struct Panicking;

#[async_trait]
impl Workspaces for Panicking {
    async fn workspace(&self) -> Result<Workspace, StoreError> {
        panic!("a bug")
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_panic_is_a_500_and_the_server_lives() {
    let server = TestServer::built(options(), |ctx| ctx.stores.workspaces = Arc::new(Panicking)).await;
    for _ in 0..5 {
        let reply = server.nobody().get("/api/auth/bootstrap/check").await;
        assert_eq!(reply.verdict(), (500, "internal_error"));
        assert!(!reply.text.contains("a bug"));
    }
    server.nobody().get("/readyz").await.expect(200);
}

#[tokio::test]
async fn the_numbers_are_shown_as_prometheus_reads_them() {
    let reply = TestServer::start().await.nobody().get("/metrics").await.expect(200);
    assert!(reply.header("content-type").starts_with("text/plain; version=0.0.4"));
    assert_eq!(reply.text, "crm_up 1\n");
}

#[tokio::test]
async fn the_document_is_served_and_may_be_kept() {
    let nobody = TestServer::start().await.nobody();
    let reply = nobody.get("/openapi.json").await.expect(200);
    assert_eq!(reply.body, *DOCUMENT);
    let again = nobody
        .with_header(reqwest::Method::GET, "/openapi.json", "if-none-match", reply.header("etag"))
        .await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
}

#[tokio::test]
async fn docs_that_are_switched_off_are_not_found_and_all_else_is() {
    let nobody = TestServer::with(HttpOptions { docs: false, ..options() }).await.nobody();
    for path in ["/docs", "/docs/", "/docs/swagger-ui.css", "/openapi.json", "/openapi.json/"] {
        for method in [reqwest::Method::GET, reqwest::Method::HEAD] {
            let reply = nobody.send(nobody.request(method.clone(), path)).await;
            assert_eq!(reply.status, 404, "{method} {path}: {}", reply.text);
        }
        assert_eq!(nobody.get(path).await.verdict(), (404, "no_such_route"));
    }
    nobody.get("/healthz").await.expect(200);
}

#[tokio::test]
async fn the_docs_can_be_browsed_with_no_internet() {
    let nobody = TestServer::start().await.nobody();
    let redirect = nobody.get("/docs").await;
    assert_eq!((redirect.status, redirect.header("location")), (308, "/docs/"));
    let page = nobody.get("/docs/").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").contains("default-src 'self'"));
    for quoted in page.text.split('"').filter(|text| text.contains('/') && !text.contains(' ')) {
        assert!(!quoted.starts_with("http") && !quoted.starts_with("//"), "{quoted}");
    }
    let start = nobody.get("/docs/swagger-initializer.js").await.expect(200);
    assert!(start.text.contains("/openapi.json"), "{}", start.text);
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "index.css"] {
        nobody.get(&format!("/docs/{file}")).await.expect(200);
    }
}
