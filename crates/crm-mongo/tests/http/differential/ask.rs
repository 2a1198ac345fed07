//! Shorter ways to make a request.

use reqwest::Method;
use serde_json::Value;

use crate::support::ask::Ask;

impl Ask {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::POST, path).saying(body)
    }

    pub(crate) fn patch(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::PATCH, path).saying(body)
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// The same with one more parameter.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The same with this parameter instead of whatever says where the page begins.
    pub(crate) fn after_cursor(mut self, cursor: &str) -> Self {
        self.query.retain(|(name, _)| !matches!(*name, "page" | "cursor"));
        self.with("cursor", cursor)
    }

    fn saying(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}
