//! Somebody who asks over the socket. Every reply is held against the API document before a test sees it.

use std::sync::Arc;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::support::document;
use crate::support::server::Running;

/// A client, signed in or not.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    _running: Arc<Running>,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The body, `null` if it is no JSON.
    pub(crate) body: Value,
}

impl Client {
    pub(crate) fn new(base: String, running: Arc<Running>) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { http, base, token: None, _running: running }
    }

    /// The same client with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The token it sends.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// A request without a body.
    pub(crate) async fn bare(&self, method: Method, path: &str) -> Reply {
        self.send(self.request(method, path)).await
    }

    /// A request with one more header.
    pub(crate) async fn with_header(&self, method: Method, path: &str, name: &str, value: &str) -> Reply {
        self.send(self.request(method, path).header(name, value)).await
    }

    /// A request to be finished.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends it and checks what comes back.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Reply {
        let request = request.build().unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = self.http.execute(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let reply = Reply { status, headers, text, body };
        document::check(&method, &path, &reply);
        reply
    }
}

impl Reply {
    /// A header's value; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Whether it has that header.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// The status and the code of the problem, if it is one.
    pub(crate) fn verdict(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    /// What is wrong with which field: `["email invalid", …]`.
    pub(crate) fn bad_fields(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        let field = |error: &Value| {
            format!("{} {}", error["path"].as_str().unwrap(), error["code"].as_str().unwrap())
        };
        errors.iter().map(field).collect()
    }

    /// The text at `member`.
    pub(crate) fn text_at(&self, member: &str) -> String {
        self.body[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", self.text)).to_owned()
    }

    /// The id of the record that it shows.
    pub(crate) fn id(&self) -> String {
        self.text_at("id")
    }

    /// The texts at `member` of each item of a list.
    pub(crate) fn items(&self, member: &str) -> Vec<String> {
        let items = self.body["items"].as_array().unwrap_or_else(|| panic!("no list: {}", self.text));
        items.iter().map(|item| item[member].as_str().unwrap().to_owned()).collect()
    }

    /// Expects a status and hands the reply on.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}
