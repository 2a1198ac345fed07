//! The name of a request, by which it is found in the log.

use std::fmt;
use std::sync::Arc;

use actix_web::http::header::HeaderMap;
use crm_app::context::Ctx;
use uuid::Uuid;

/// The header that carries it, both ways.
pub(crate) const HEADER: &str = "x-request-id";

const LONGEST: usize = 128;

/// The id of one request: the client's if it is sane, else a new one.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    /// The id of the request with these headers.
    pub(crate) fn of(headers: &HeaderMap, ctx: &Ctx) -> Self {
        let own = headers.get(HEADER).and_then(|id| id.to_str().ok()).filter(|id| is_sane(id));
        match own {
            Some(id) => Self(id.into()),
            None => Self((*ctx.ids.next().hyphenated().encode_lower(&mut Uuid::encode_buffer())).into()),
        }
    }

    /// The id of a request that nobody named.
    pub(crate) fn unknown() -> Self {
        Self("unknown".into())
    }

    /// The id as text: letters, digits, `.`, `_` and `-` only.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The same for what may outlive the request.
    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_sane(id: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_plain_ids_are_sane() {
        for id in ["a", "4bf92f3577b34da6", "web-1.7_x", &"x".repeat(128)] {
            assert!(is_sane(id), "{id}");
        }
        for id in ["", "a b", "a\"b", "x\u{e9}", "{}", &"x".repeat(129)] {
            assert!(!is_sane(id), "{id}");
        }
    }
}
