//! Secrets in all places where careless or hostile clients put them: none is ever told on.
//!
//! 2,000 requests here; for 20,000: `CRM_PLANTED_REQUESTS=20000 cargo test --workspace --test it planted`.

use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::client::Client;
use crate::support::place::Place;

const ACCESS: &str = "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==";
const REFRESH: &str = "Nn2c4Vt6Yb8Mu0Lo1Ki3Ju5Hy7Gt9Fr2De4Sw6Aq8Zx=";
/// How many secrets are made up.
const PLANTED: usize = 40;

/// Secrets of every shape there is.
fn planted() -> Vec<String> {
    let shapes: [fn(usize) -> String; 8] = [
        |n| format!("Planted-Pass{n:02}word!"),
        |n| format!("eyJhbGciOiJIUzI1NiJ9.cGxhbnRlZC0{n:02}.c2lnbmF0dXJl{n:02}xyz"),
        |n| format!("planted{n:02}RefreshTokenAbCdEfGhIjKlMnOpQrStUvWxYz"),
        |n| format!("planted{n:02}setup-token_0123456789"),
        |n| format!("mongodb://root:plantedMongo{n:02}@db.example/crm"),
        |n| format!("planted{n:02}secretkey0123456789abcdef0123456789abcdef"),
        |n| format!("sk_live_planted{n:02}abcdefghijklmnop"),
        |n| format!("AKIAPLANTED{n:02}EXAMPLEKEY"),
    ];
    (0..PLANTED).map(|n| shapes[n % shapes.len()](n)).collect()
}

/// What must not be told of a secret: it, or for a connection string its password.
fn telling(secret: &str) -> &str {
    secret.strip_prefix("mongodb://root:").map_or(secret, |rest| rest.split('@').next().unwrap())
}

fn with_body(method: &str, path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn with_fields(path: &str, fields: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n\r\n").into_bytes()
}

/// All ways of saying a secret. `token` is a good one, of an admin.
#[rustfmt::skip]
fn ways(secret: &str, token: &str) -> Vec<Vec<u8>> {
    let json = |body: Value| body.to_string();
    let quoted = secret.replace('/', "%2F").replace(':', "%3A").replace('@', "%40");
    let post = |path: &str, body: &str| with_body("POST", path, token, body);
    let patch = |path: &str, body: &str| with_body("PATCH", path, token, body);
    vec![
        // In bodies where they belong.
        post("/api/auth/login", &json(json!({ "email": "admin@crm.com", "password": secret }))),
        post("/api/auth/login", &json(json!({ "email": secret, "password": secret }))),
        post("/api/auth/refresh", &json(json!({ "refreshToken": secret }))),
        post("/api/auth/logout", &json(json!({ "refreshToken": secret, "everywhere": true }))),
        post("/api/auth/bootstrap", &json(json!({ "name": "A", "email": "a@b.example", "password": secret, "setupToken": secret }))),
        post("/api/auth/register", &json(json!({ "name": "A", "email": "no email", "password": secret }))),
        post("/api/auth/password", &json(json!({ "currentPassword": secret, "newPassword": secret }))),
        patch("/api/auth/users/0195a000-0000-7000-8000-ffffffffffff", &json(json!({ "password": secret }))),
        // In bodies of the wrong shape.
        post("/api/auth/login", &json(json!({ "email": [secret], "password": { "is": secret } }))),
        post("/api/auth/login", &format!(r#"{{"email":"a@b.example","password":"{secret}"#)),
        post("/api/auth/login", &format!(r#"{{"password":"{secret}","password":"{secret}"}}"#)),
        post("/api/auth/login", secret),
        post("/api/auth/login", &format!("[\"{secret}\"]")),
        post("/api/auth/refresh", &format!(r#"{{"refreshToken":"{secret}\u0000"}}"#)),
        post("/api/auth/refresh", &format!(r#"{{"refreshToken":{secret}}}"#)),
        post("/api/leads", &json(json!({ "name": "Ada", "password": secret, "email": secret, "status": secret }))),
        post("/api/leads", &json(json!({ "name": "Ada", "phone": secret, "tags": [secret, 7], "assignedAgent": secret }))),
        post("/api/tasks", &json(json!({ "title": "x", "dueDate": secret, "priority": secret, "relatedType": secret }))),
        patch("/api/auth/me", &json(json!({ "name": { "x": secret } }))),
        format!("POST /api/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\npassword={secret}", secret.len() + 9).into_bytes(),
        format!("POST /api/auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{secret}\r\nnonsense", secret.len()).into_bytes(),
        // In headers.
        with_fields("/api/leads", &format!("Authorization: Bearer {secret}")),
        with_fields("/api/leads", &format!("Authorization: Basic {secret}")),
        with_fields("/api/leads", &format!("Authorization: {secret}")),
        with_fields("/api/auth/me", &format!("Cookie: session={secret}; refreshToken={secret}")),
        with_fields("/api/auth/me", &format!("X-Api-Key: {secret}\r\nX-Request-Id: ?{secret}?")),
        with_fields("/api/leads", &format!("Authorization: Bearer {token}\r\nIf-None-Match: {secret}")),
        with_fields("/healthz", &format!("User-Agent: {secret}\r\nReferer: https://a.example/?token={secret}")),
        with_fields("/healthz", &format!("Origin: https://{telling}.example", telling = telling(secret))),
        with_fields("/healthz", &format!("X-Forwarded-For: {secret}")),
        patch("/api/leads/0195a000-0000-7000-8000-ffffffffffff", &json(json!({ "name": secret }))),
        // In addresses.
        with_fields(&format!("/api/leads?token={quoted}"), &format!("Authorization: Bearer {token}")),
        with_fields(&format!("/api/leads?q=x&status={quoted}&sort={quoted}&cursor={quoted}"), &format!("Authorization: Bearer {token}")),
        with_fields(&format!("/api/leads/{quoted}"), &format!("Authorization: Bearer {token}")),
        with_fields(&format!("/reset/{quoted}"), "X: y"),
        with_fields(&format!("/docs/{quoted}"), "X: y"),
        with_fields(&format!("/api/auth/login?password={quoted}"), "X: y"),
        with_fields(&format!("http://root:{quoted}@a/api/leads"), "X: y"),
        // In what is no HTTP.
        with_fields("/api/leads", &format!("Authorization: Bearer {secret}\nX: y")),
        with_fields("/api/leads", &format!("Authorization: Bearer {secret}\0")),
        with_fields("/api/leads", &format!("Authorization : Bearer {secret}")),
        format!("{secret}\r\n\r\n").into_bytes(),
        format!("GET /{secret} HTTP/9.9\r\nHost: {secret}\r\n\r\n").into_bytes(),
    ]
}

/// Says it, and gives the answer.
async fn answer(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.ok();
    let mut told = Vec::new();
    stream.read_to_end(&mut told).await.ok();
    String::from_utf8_lossy(&told).into_owned()
}

#[tokio::test]
async fn no_secret_that_is_planted_anywhere_is_told_in_a_log_an_error_or_a_number() {
    let requests =
        std::env::var("CRM_PLANTED_REQUESTS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let place = Place::seeded()
        .with("JWT_ACCESS_SECRET", ACCESS)
        .with("JWT_REFRESH_SECRET", REFRESH)
        .with("CRM__LOG__LEVEL", "trace");
    let server = place.serve();
    let address = server.url().trim_start_matches("http://").to_owned();
    let admin = Client::admin(server.url()).await;
    let credentials = json!({ "email": "agent1@crm.com", "password": "Agent@123" });
    let (_, signed_in) = admin.post("/api/auth/login", credentials).await;
    let real = ["accessToken", "refreshToken"].map(|member| signed_in[member].as_str().unwrap().to_owned());

    let secrets = planted();
    let tellings: Vec<&str> = secrets.iter().map(|secret| telling(secret)).collect();
    let all: Vec<Vec<u8>> = secrets.iter().flat_map(|secret| ways(secret, admin.token())).collect();
    let told_on = |text: &str| tellings.iter().find(|secret| text.contains(*secret)).map(ToString::to_string);
    let mut errors = 0;
    let mut answers = stream::iter(all.iter().cycle().take(requests))
        .map(async |request| (request, answer(&address, request).await))
        .buffer_unordered(16);
    while let Some((request, told)) = answers.next().await {
        let status: u16 = told.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        if status >= 400 {
            errors += 1;
            let request = String::from_utf8_lossy(request);
            assert_eq!(told_on(&told), None, "the answer to {request} is {told}");
        }
        // Sixteen guesses at once are told to come back.
        let is_busy = status == 503 && told.contains("\"code\":\"busy\"");
        assert!(status < 500 || is_busy, "{}: {told}", String::from_utf8_lossy(request));
    }
    drop(answers);
    assert!(errors > requests * 8 / 10, "only {errors} of {requests} were refused");

    let numbers =
        admin.request(reqwest::Method::GET, "/metrics", None).send().await.unwrap().text().await.unwrap();
    assert!(numbers.contains("http_requests_total"), "{numbers}");
    assert_eq!(told_on(&numbers), None, "in the numbers");
    let (said, logged) = server.stop_and_tell();
    assert!(logged.lines().count() > requests, "requests are logged");
    println!("{PLANTED} secrets in {requests} requests, {errors} refused; {} bytes of log", logged.len());
    for text in [&said, &logged] {
        assert_eq!(told_on(text), None);
        for secret in [ACCESS, REFRESH, "Agent@123", "Admin@123", &real[0], &real[1], admin.token()] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}

#[test]
fn the_password_of_a_store_that_cannot_be_reached_is_not_told() {
    let address = "mongodb://root:plantedMongo99@127.0.0.1:1/crm?replicaSet=rs0&serverSelectionTimeoutMS=500";
    let place = Place::new().with("MONGODB_URI", address).with("CRM__LOG__LEVEL", "trace");
    for command in [&["serve"][..], &["doctor"], &["config"], &["user", "list"]] {
        let ended = place.run(command);
        assert!(!ended.out.contains("plantedMongo99") && !ended.err.contains("plantedMongo99"), "{ended:?}");
    }
}
