//! A request that can be sent twice.

use std::fmt::{self, Write as _};

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::support::client::Client;

/// A request, without the token of whoever asks.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
}

impl Ask {
    pub(super) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), headers: Vec::new(), body: None }
    }

    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::POST, path) }
    }

    pub(super) fn patch(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::PATCH, path) }
    }

    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// The same with one more parameter.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The same with this parameter instead of whatever says where the page begins.
    pub(super) fn after_cursor(mut self, cursor: &str) -> Self {
        self.query.retain(|(name, _)| !matches!(*name, "page" | "cursor"));
        self.with("cursor", cursor)
    }

    /// The same with one more header.
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// It, on its way.
    pub(super) fn request(&self, client: &Client) -> RequestBuilder {
        let mut request = client.request(self.method.clone(), &self.path).query(&self.query);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        match &self.body {
            Some(body) => request.json(body),
            None => request,
        }
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        for (place, (name, value)) in self.query.iter().enumerate() {
            f.write_char(if place == 0 { '?' } else { '&' })?;
            write!(f, "{name}={value}")?;
        }
        for (name, value) in &self.headers {
            write!(f, "\n{name}: {value}")?;
        }
        match &self.body {
            Some(body) => write!(f, "\n{body}"),
            None => Ok(()),
        }
    }
}
