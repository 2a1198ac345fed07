//! Somebody who is signed in.

use reqwest::Method;
use serde_json::{Value, json};

/// Somebody who is signed in to a server.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

/// An answer: its status and its body.
pub(crate) type Answer = (u16, Value);

impl Client {
    /// Signs in.
    pub(crate) async fn sign_in(url: &str, email: &str, password: &str) -> Self {
        let client = Self { http: http(), url: url.to_owned(), token: String::new() };
        let credentials = json!({ "email": email, "password": password });
        let (status, body) = client.post("/api/auth/login", credentials).await;
        assert_eq!(status, 200, "{body}");
        client.with_token(body["accessToken"].as_str().unwrap())
    }

    /// Somebody who signed in elsewhere and has this token.
    pub(crate) fn of(url: &str, token: &str) -> Self {
        Self { http: http(), url: url.to_owned(), token: token.to_owned() }
    }

    /// Signs in as the sample admin.
    pub(crate) async fn admin(url: &str) -> Self {
        Self::sign_in(url, "admin@crm.com", "Admin@123").await
    }

    /// Signs in as the first sample agent.
    pub(crate) async fn agent(url: &str) -> Self {
        Self::sign_in(url, "agent1@crm.com", "Agent@123").await
    }

    /// The token that is sent.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// The same somebody at another server, with connections of its own.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { http: http(), url: url.to_owned(), token: self.token.clone() }
    }

    /// Asks for something.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await.unwrap()
    }

    /// Sends something.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await.unwrap()
    }

    /// Does anything; an error if no whole answer came.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Answer> {
        let (status, _, body) = self.ask_and_listen(method, path, body).await?;
        Ok((status, body))
    }

    /// The same, with what the answer says of when to ask again.
    pub(crate) async fn ask_and_listen(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<(u16, Option<u64>, Value)> {
        let response = self.request(method, path, body).send().await?;
        let status = response.status().as_u16();
        let retry_after =
            response.headers().get("retry-after").map(|seconds| seconds.to_str().unwrap().parse().unwrap());
        let bytes = response.bytes().await?;
        Ok((status, retry_after, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    /// A request that is not sent yet.
    pub(crate) fn request(&self, method: Method, path: &str, body: Option<Value>) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token);
        match body {
            Some(body) => request.json(&body),
            None => request,
        }
    }

    fn with_token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }
}

/// Sends requests without a token, past the machine's own proxies.
pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}
