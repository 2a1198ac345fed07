//! Every failure on the wire: `application/problem+json` (RFC 9457).

pub mod kind;
mod mapping;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use crm_app::error::Cause;
use crm_domain::flaw::{FieldErrors, Flaw};
use crm_domain::version::Version;

use crate::dto::problem::{BadField, ProblemBody};
use crate::problem::kind::Kind;
use crate::request_id::RequestId;

/// The media type of every failure.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// A failure, ready to be answered. What caused it is for the log only.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    more: Box<More>,
}

/// What only some failures have.
#[derive(Debug, Default)]
struct More {
    errors: FieldErrors,
    current: Option<Version>,
    retry_after: Option<u32>,
    allow: Option<String>,
    token_was_sent: bool,
    cause: Option<Cause>,
}

impl Problem {
    /// A failure of this kind; `detail` is for people.
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), more: Box::default() }
    }

    /// Input that is wrong, with every bad field.
    pub(crate) fn invalid(errors: FieldErrors) -> Self {
        let detail = if errors.is_empty() { "the input is not valid".to_owned() } else { errors.to_string() };
        Self::new(Kind::INVALID_INPUT, detail).with(|more| more.errors = errors)
    }

    /// A failure that is one field's fault.
    pub(crate) fn of_field(kind: Kind, path: &str, flaw: Flaw) -> Self {
        let errors = FieldErrors::one(path, flaw);
        Self::new(kind, errors.to_string()).with(|more| more.errors = errors)
    }

    /// Another version than the client demands.
    pub(crate) fn version_mismatch(current: Version) -> Self {
        let detail = format!("the record has changed: it is at version {current} now");
        Self::new(Kind::VERSION_MISMATCH, detail).with(|more| more.current = Some(current))
    }

    /// Something that should not be possible.
    pub(crate) fn internal(cause: Cause) -> Self {
        Self::new(Kind::INTERNAL_ERROR, "something went wrong on our side").caused_by(cause)
    }

    /// More requests than the server answers at a time.
    pub(crate) fn overloaded() -> Self {
        Self::new(Kind::OVERLOADED, "too many requests are being answered: try again").retry_after(1)
    }

    /// A status that the framework answered on its own.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let kind = Kind::ALL.iter().rev().find(|kind| kind.status == status.as_u16());
        let kind = kind.copied().unwrap_or(if status.is_server_error() {
            Kind::INTERNAL_ERROR
        } else {
            Kind { status: status.as_u16(), ..Kind::BAD_REQUEST }
        });
        Self::new(kind, status.canonical_reason().unwrap_or("the request failed").to_lowercase())
    }

    /// The same, said in other words.
    pub(crate) fn saying(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// The same, with the seconds to wait before asking again.
    pub(crate) fn retry_after(self, seconds: u32) -> Self {
        self.with(|more| more.retry_after = Some(seconds))
    }

    /// The same, with the methods that there are.
    pub(crate) fn allow(self, methods: impl Into<String>) -> Self {
        self.with(|more| more.allow = Some(methods.into()))
    }

    /// The same, in answer to a request that carried a token.
    pub(crate) fn token_was_sent(self) -> Self {
        self.with(|more| more.token_was_sent = true)
    }

    /// The same, with the cause for the log.
    pub(crate) fn caused_by(self, cause: Cause) -> Self {
        self.with(|more| more.cause = Some(cause))
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What happened, for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What caused it; for the log only.
    pub fn cause(&self) -> Option<&Cause> {
        self.more.cause.as_ref()
    }

    /// What caused it, or else what it says.
    pub(crate) fn into_cause(self) -> Cause {
        self.more.cause.unwrap_or_else(|| self.detail.into())
    }

    /// Writes down what caused it, once.
    pub(crate) fn log(&self, id: &RequestId) {
        if let Some(cause) = &self.more.cause {
            let (code, request_id) = (self.kind.code, id.as_str());
            tracing::error!(code, cause = chain(cause), request_id, "a request failed");
        }
    }

    /// The answer.
    pub(crate) fn respond(&self, id: &RequestId) -> HttpResponse {
        let status = StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        response.insert_header((CONTENT_TYPE, MEDIA_TYPE)).insert_header((CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.more.retry_after {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if let Some(methods) = &self.more.allow {
            response.insert_header((ALLOW, methods.as_str()));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, self.challenge()));
        }
        response.body(self.body(id))
    }

    fn with(mut self, change: impl FnOnce(&mut More)) -> Self {
        change(&mut self.more);
        self
    }

    fn challenge(&self) -> &'static str {
        if self.more.token_was_sent {
            r#"Bearer realm="crm", error="invalid_token""#
        } else {
            r#"Bearer realm="crm""#
        }
    }

    /// The body of the answer.
    pub(crate) fn body(&self, id: &RequestId) -> Vec<u8> {
        let errors: Vec<BadField<'_>> = self
            .more
            .errors
            .iter()
            .map(|error| BadField { path: &error.path, code: error.code, msg: &error.msg })
            .collect();
        let body = ProblemBody {
            kind: format!("urn:crm:problem:{}", self.kind.code),
            title: self.kind.title,
            status: self.kind.status,
            detail: &self.detail,
            code: self.kind.code,
            request_id: id.as_str(),
            message: &self.detail,
            current_version: self.more.current.map(Version::number),
            errors: (!errors.is_empty()).then_some(errors),
        };
        // A body of texts and numbers can always be written.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

fn chain(cause: &Cause) -> String {
    let mut text = cause.to_string();
    let mut source = cause.source();
    while let Some(deeper) = source {
        text.push_str(": ");
        text.push_str(&deeper.to_string());
        source = deeper.source();
    }
    text
}
