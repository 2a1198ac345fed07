//! Why nothing more is read from a connection.

use crate::problem::kind::Kind;

/// Why nothing more is read, and whether the client is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    kind: Option<Kind>,
    why: &'static str,
}

impl Refused {
    /// The head of a request cannot be taken.
    pub(super) const fn bad(why: &'static str) -> Self {
        Self { kind: Some(Kind::BAD_REQUEST), why }
    }

    /// The target of a request is too long.
    pub(super) const fn target_too_long() -> Self {
        Self { kind: Some(Kind::TARGET_TOO_LONG), why: "the target is longer than 8 KiB" }
    }

    /// The head of a request is too large.
    pub(super) const fn head_too_large(why: &'static str) -> Self {
        Self { kind: Some(Kind::HEAD_TOO_LARGE), why }
    }

    /// The head of a request comes in too slowly.
    pub(super) const fn slow_head() -> Self {
        Self { kind: Some(Kind::REQUEST_TIMEOUT), why: "the request came in too slowly" }
    }

    /// The body of a request that was passed on is at fault: what answers that request says so, or has answered already.
    pub(super) const fn in_body(why: &'static str) -> Self {
        Self { kind: None, why }
    }

    /// What the client is told, if this is the place to tell it.
    pub(crate) fn kind(self) -> Option<Kind> {
        self.kind
    }

    /// Why, for the client and the log.
    pub(crate) fn why(self) -> &'static str {
        self.why
    }
}
