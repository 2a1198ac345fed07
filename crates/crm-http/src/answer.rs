//! What a handler answers with: the body, written once, and what the headers need to know of it.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LINK, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use crm_app::commit::replay::Replay;
use crm_app::repeat::keeping::Rendered;
use crm_domain::version::Version;
use serde::Serialize;

use crate::etag;
use crate::problem::Problem;
use crate::problem::kind::Kind;
use crate::slices;

/// An answer that is no failure.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Bytes,
    media_type: HeaderValue,
    cache: Option<HeaderValue>,
    tag: Tag,
    headers: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Debug, Clone)]
enum Tag {
    None,
    OfBody,
    OfLasting,
    OfVersion(Version),
    Kept(String),
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

impl Answer {
    /// 200 with this body.
    ///
    /// # Errors
    /// Internal, if it cannot be written as JSON.
    pub(crate) fn ok<T: Serialize + ?Sized>(body: &T) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body).map_err(|error| Problem::internal(error.into()))?;
        Ok(Self::bytes(JSON, body))
    }

    /// 200 `{ok:true}`.
    pub(crate) fn done() -> Self {
        Self::bytes(JSON, Bytes::from_static(br#"{"ok":true}"#))
    }

    /// 201 with this body, which from now on stands at `location`.
    ///
    /// # Errors
    /// Internal, if it cannot be written as JSON.
    pub(crate) fn created<T: Serialize + ?Sized>(location: &str, body: &T) -> Result<Self, Problem> {
        Ok(Self { status: StatusCode::CREATED, ..Self::ok(body)? }.header(LOCATION, location))
    }

    /// 202 with this body: how it goes on stands at `location`.
    ///
    /// # Errors
    /// Internal, if it cannot be written as JSON.
    pub(crate) fn accepted<T: Serialize + ?Sized>(location: &str, body: &T) -> Result<Self, Problem> {
        Ok(Self { status: StatusCode::ACCEPTED, ..Self::ok(body)? }.header(LOCATION, location))
    }

    /// 201 of something that has no address of its own to be read at.
    ///
    /// # Errors
    /// If the body cannot be written.
    pub(crate) fn added<T: Serialize + ?Sized>(body: &T) -> Result<Self, Problem> {
        Ok(Self { status: StatusCode::CREATED, ..Self::ok(body)? })
    }

    /// 200 with a body that is written already.
    pub(crate) fn bytes(media_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        let (status, body) = (StatusCode::OK, body.into());
        Self { status, body, media_type, cache: None, tag: Tag::None, headers: Vec::new() }
    }

    /// A redirection.
    pub(crate) fn redirect(location: &str) -> Self {
        let empty = Self::bytes(HeaderValue::from_static("text/plain; charset=utf-8"), Bytes::new());
        Self { status: StatusCode::PERMANENT_REDIRECT, ..empty }.header(LOCATION, location)
    }

    /// The same with an entity tag that names the record's version.
    pub(crate) fn versioned(self, version: Version) -> Self {
        Self { tag: Tag::OfVersion(version), ..self }
    }

    /// The same with an entity tag of what the body shows.
    pub(crate) fn tagged(self) -> Self {
        Self { tag: Tag::OfBody, ..self }
    }

    /// The same with an entity tag of a body that lasts as long as the program: no other may ever lie where it does.
    pub(crate) fn tagged_for_good(self) -> Self {
        Self { tag: Tag::OfLasting, ..self }
    }

    /// The same, not to be kept by anybody.
    pub(crate) fn secret(self) -> Self {
        self.cached(NO_STORE)
    }

    /// The same, to be kept as this says.
    pub(crate) fn cached(self, control: HeaderValue) -> Self {
        Self { cache: Some(control), ..self }
    }

    /// The same with where the next page is, if there is one.
    pub(crate) fn next(self, link: Option<String>) -> Self {
        match link {
            Some(link) => self.header(LINK, &format!("<{link}>; rel=\"next\"")),
            None => self,
        }
    }

    /// The same with one more header; one that cannot be sent is left out.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// The answer as it is kept for a request that is repeated: all of it that the contract speaks of.
    pub(crate) fn rendered(&self) -> Rendered {
        let location = self.headers.iter().find(|(name, _)| *name == LOCATION);
        Rendered {
            status: self.status.as_u16(),
            body: self.body.to_vec(),
            etag: self.tag(),
            location: location.and_then(|(_, value)| value.to_str().ok()).map(str::to_owned),
        }
    }

    /// An answer that was kept.
    ///
    /// # Errors
    /// `answer_not_kept`, if it was too long; internal, if it is none.
    pub(crate) fn kept(kept: Replay) -> Result<Self, Problem> {
        if kept.body.is_empty() {
            let detail = "this was done, and its answer was too long to be kept: read what you changed";
            return Err(Problem::new(Kind::ANSWER_NOT_KEPT, detail));
        }
        let status = StatusCode::from_u16(kept.status).map_err(|error| Problem::internal(error.into()))?;
        let answer =
            Self { status, tag: kept.etag.map_or(Tag::None, Tag::Kept), ..Self::bytes(JSON, kept.body) };
        Ok(match kept.location {
            Some(location) => answer.header(LOCATION, &location),
            None => answer,
        })
    }

    fn tag(&self) -> Option<String> {
        match &self.tag {
            Tag::None => None,
            Tag::OfBody => Some(etag::of_body(&self.body)),
            Tag::OfLasting => Some(etag::of_lasting(&self.body)),
            Tag::OfVersion(version) => Some(etag::of_version(*version, &self.body)),
            Tag::Kept(tag) => Some(tag.clone()),
        }
    }

    /// The response: 304 where the client has it already.
    pub(crate) fn respond(self, request: &HttpRequest, signed_in: bool) -> HttpResponse {
        let tag = self.tag();
        let has_it =
            self.status == StatusCode::OK && tag.as_ref().is_some_and(|tag| etag::client_has(request, tag));
        let mut response = HttpResponse::build(if has_it { StatusCode::NOT_MODIFIED } else { self.status });
        response
            .insert_header((CACHE_CONTROL, self.cache.unwrap_or(if signed_in { PRIVATE } else { NO_STORE })));
        if let Some(tag) = tag {
            response.insert_header((ETAG, tag));
        }
        for header in self.headers {
            response.append_header(header);
        }
        if has_it {
            return response.finish();
        }
        response.insert_header((CONTENT_TYPE, self.media_type)).body(slices::body_of(self.body))
    }
}
