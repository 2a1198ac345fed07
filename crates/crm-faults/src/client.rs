//! Somebody who is signed in to a server.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::Outcome;

/// The longest that a client waits: longer than a server may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// Somebody who is signed in to a server.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
    user: String,
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What is to be done …
    pub method: Method,
    /// … with what.
    pub path: String,
    /// What is said, if anything.
    pub body: Option<Value>,
    /// The `Idempotency-Key`.
    pub key: Option<String>,
    /// The `If-Match`.
    pub if_match: Option<String>,
}

/// An answer that came whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Whether it says that it was given before.
    pub replayed: bool,
    /// Its body.
    pub body: Value,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoReply {
    /// Nobody was there to take the request: it was not done.
    NotSent,
    /// The connection ended before an answer had come: who knows.
    CutOff,
    /// An answer had begun to come, and did not end.
    Broken,
}

impl Request {
    /// A request without a body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: None, key: None, if_match: None }
    }

    /// With this body.
    #[must_use]
    pub fn saying(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }
}

impl Client {
    /// Signs in.
    ///
    /// # Errors
    /// The server does not let them in.
    pub async fn sign_in(url: &str, email: &str, password: &str) -> Outcome<Self> {
        let mut client =
            Self { http: http()?, url: url.to_owned(), token: String::new(), user: String::new() };
        let credentials = json!({ "email": email, "password": password });
        let request = Request::new(Method::POST, "/api/auth/login").saying(credentials);
        let reply = client.send(&request).await.map_err(|none| format!("nobody signs in: {none:?}"))?;
        if reply.status != 200 {
            return Err(format!("{email} was not let in: {} {}", reply.status, reply.body).into());
        }
        client.token = text(&reply.body["accessToken"]);
        client.user = text(&reply.body["user"]["id"]);
        Ok(client)
    }

    /// The same somebody at this server, with connections of its own.
    ///
    /// # Errors
    /// There is nothing to make connections with.
    pub fn at(&self, url: &str) -> Outcome<Self> {
        Ok(Self { http: http()?, url: url.to_owned(), ..self.clone() })
    }

    /// The same somebody with another access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// The server's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Their id.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// What they prove themselves with.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Reads something.
    ///
    /// # Errors
    /// There is no answer, or it is another than 200.
    pub async fn get(&self, path: &str) -> Outcome<Value> {
        self.page(path).await.map(|(body, _)| body)
    }

    /// Reads something, and where it goes on (`Link: rel="next"`).
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn page(&self, path: &str) -> Outcome<(Value, Option<String>)> {
        let response = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.token).send().await?;
        let status = response.status().as_u16();
        let link = response.headers().get("link").and_then(|link| link.to_str().ok()).map(str::to_owned);
        let body: Value = serde_json::from_slice(&response.bytes().await?)?;
        if status != 200 {
            return Err(format!("{path} is answered with {status} {body}").into());
        }
        let next = link.and_then(|link| link.split(['<', '>']).nth(1).map(str::to_owned));
        Ok((body, next))
    }

    /// Does something.
    ///
    /// # Errors
    /// No whole answer came.
    pub async fn send(&self, request: &Request) -> Result<Reply, NoReply> {
        let url = format!("{}{}", self.url, request.path);
        let mut sent = self.http.request(request.method.clone(), url).bearer_auth(&self.token);
        if let Some(key) = &request.key {
            sent = sent.header("Idempotency-Key", key);
        }
        if let Some(version) = &request.if_match {
            sent = sent.header("If-Match", version);
        }
        if let Some(body) = &request.body {
            sent = sent.json(body);
        }
        let none =
            |error: reqwest::Error| if error.is_connect() { NoReply::NotSent } else { NoReply::CutOff };
        let response = sent.send().await.map_err(none)?;
        let status = response.status().as_u16();
        let replayed = response.headers().contains_key("idempotency-replayed");
        let bytes = response.bytes().await.map_err(|_| NoReply::Broken)?;
        Ok(Reply { status, replayed, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
    }
}

/// The text of a JSON string; nothing of anything else.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn http() -> Outcome<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?)
}
