//! Serving: one server for a store, and what it tells about itself.

use std::net::TcpListener;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::client::Client;
use crate::support::place::Place;

#[tokio::test]
async fn a_second_server_on_the_same_store_is_refused_with_the_first_ones_process() {
    let place = Place::seeded();
    let server = place.serve();
    let refused = place.run(&["serve"]).refused();
    assert!(refused.contains("another server (process "), "{refused}");
    assert_eq!(Client::admin(server.url()).await.get("/api/auth/me").await.0, 200);
    server.stop();
    place.serve().stop();
}

#[test]
fn a_port_that_is_in_use_is_noticed_before_a_store_is_made() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for (variable, value, setting) in [
        ("CRM__SERVER__PORT", address.port().to_string(), "server.port (PORT)"),
        ("CRM__METRICS__LISTEN", address.to_string(), "metrics.listen"),
    ] {
        let place = Place::new().with(variable, &value);
        let ended = place.run(&["serve"]);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.err.contains(&format!("cannot listen at {address}, see {setting}")), "{ended:?}");
        assert!(!place.store().parent().unwrap().exists(), "{setting}");
    }
}

#[tokio::test]
async fn the_addresses_of_the_api_and_the_docs_are_printed() {
    let place = Place::seeded();
    let server = place.serve();
    let said = server.said().to_vec();
    let url = server.url().to_owned();
    let (later, _) = server.stop_and_tell();
    assert_eq!(said, [format!("crm-server listens at {url}")]);
    assert!(later.contains(&format!("{url}/api")) && later.contains(&format!("{url}/docs/")), "{later}");
}

#[tokio::test]
async fn an_empty_store_is_reset_only_while_nobody_serves_it() {
    let place = Place::seeded();
    let server = place.serve();
    let refused = place.run(&["seed", "--reset"]).refused();
    assert!(refused.contains("another server"), "{refused}");
    server.stop();
    place.run(&["seed", "--reset"]).succeeded();
}

#[tokio::test]
async fn an_empty_store_is_filled_only_while_nobody_serves_it() {
    let place = Place::new();
    let server = place.serve();
    let refused = place.run(&["seed"]).refused();
    assert!(refused.contains("another server"), "{refused}");
    server.stop();
    place.run(&["seed"]).succeeded();
}

#[tokio::test]
async fn a_store_with_an_admin_starts_without_a_setup_token() {
    let place = Place::seeded();
    let server = place.serve();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let check = http.get(format!("{}/api/auth/bootstrap/check", server.url())).send().await.unwrap();
    assert_eq!(check.text().await.unwrap(), r#"{"canBootstrap":false}"#);
    let told = server.stop();
    assert!(!told.contains("setupToken"), "{told}");
    let refused = place.run(&["setup-token"]).refused();
    assert!(refused.contains("there was an admin already"), "{refused}");
}

#[tokio::test]
async fn the_health_check_tells_a_running_server_from_none() {
    let place = Place::seeded();
    let server = place.serve();
    let checking = Place::new().with("CRM__SERVER__PORT", server.port());
    checking.run(&["healthcheck"]).succeeded();
    server.stop();
    let ended = checking.run(&["healthcheck"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(Place::new().run(&["healthcheck"]).refused().contains("server.port is 0"));
}

#[tokio::test]
async fn the_numbers_count_requests_sign_ins_the_store_and_the_hash_pool() {
    let place = Place::seeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let (status, made) = admin.post("/api/leads", json!({ "name": "Ada" })).await;
    assert_eq!(status, 201, "{made}");
    let numbers = admin.request(Method::GET, "/metrics", None).send().await.unwrap().text().await.unwrap();
    for line in [
        r#"http_requests_total{method="POST",route="/api/leads",status="201"} 1"#,
        r#"http_request_duration_seconds_count{method="POST",route="/api/leads"} 1"#,
        r#"crm_logins_total{outcome="ok"} 1"#,
        "crm_password_hash_duration_seconds_count 1",
        "crm_password_hashes_in_progress 0",
        "crm_store_queued_writes 0",
    ] {
        assert!(numbers.lines().any(|own| own == line), "{line} is not in\n{numbers}");
    }
    server.stop();
}

#[tokio::test]
async fn numbers_with_a_listener_of_their_own_are_not_shown_to_clients() {
    let apart = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let place = Place::seeded().with("CRM__METRICS__LISTEN", &apart);
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    assert_eq!(admin.get("/metrics").await.0, 404);
    let shown = admin.at(&format!("http://{apart}")).request(Method::GET, "/metrics", None);
    let shown = shown.send().await.unwrap().text().await.unwrap();
    assert!(shown.contains(r#"crm_logins_total{outcome="ok"} 1"#), "{shown}");
    server.stop();
}

#[tokio::test]
async fn tokens_outlive_a_restart() {
    let place = Place::seeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    server.stop();
    let server = place.serve();
    assert_eq!(admin.at(server.url()).get("/api/leads").await.0, 200);
    server.stop();
}

#[tokio::test]
async fn no_token_password_or_secret_is_logged() {
    let place = Place::seeded().with("CRM__LOG__LEVEL", "trace");
    let server = place.serve();
    let credentials = json!({ "email": "admin@crm.com", "password": "Admin@123" });
    let somebody = Client::admin(server.url()).await;
    let (_, signed_in) = somebody.post("/api/auth/login", credentials).await;
    let refresh = signed_in["refreshToken"].as_str().unwrap();
    let refreshed = somebody.post("/api/auth/refresh", json!({ "refreshToken": refresh })).await.1;
    let secrets = std::fs::read_to_string(place.folder().join("data/secrets.toml")).unwrap();
    let logged = server.stop();
    assert!(logged.contains("/api/auth/refresh"), "requests are logged");
    let kept = secrets.lines().filter_map(|line| line.split('"').nth(1));
    let shown = [&signed_in, &refreshed].map(|body| body["accessToken"].as_str().unwrap());
    for secret in kept.chain(shown).chain([refresh, "Admin@123"]) {
        assert!(!logged.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_log_tells_by_the_id_of_a_request_why_it_failed() {
    let place = Place::seeded().with("CRM__LOG__FORMAT", "json");
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    place.sql().execute("UPDATE lead SET name = ''", []).unwrap();
    // What another process does is seen a little later.
    tokio::time::sleep(Duration::from_millis(30)).await;
    let (status, problem) = admin.get("/api/leads").await;
    assert_eq!((status, &problem["code"]), (500, &json!("internal_error")), "{problem}");
    let log = server.stop();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let failed: Vec<_> = lines.iter().filter(|line| line["message"] == "a request failed").collect();
    let [failed] = failed[..] else { panic!("once: {log}") };
    assert_eq!(failed["request_id"], problem["requestId"], "{failed}");
    assert!(failed["cause"].as_str().unwrap().contains("column name"), "{failed}");
    assert!(!problem.to_string().contains("column"), "{problem}");
}
