//! The outermost layer: names the request, writes its line in the log, counts it, and puts on the headers that every
//! answer has. What failed before it reached a handler becomes a problem here.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};
use futures_util::FutureExt as _;

use crate::counted;
use crate::dispatch::Trace;
use crate::etag;
use crate::problem::kind::Kind;
use crate::problem::{MEDIA_TYPE, Problem};
use crate::request_id::{self, RequestId};
use crate::state::HttpState;

/// The route's name in the log and the metrics where there is none.
pub(crate) const NO_ROUTE: &str = "none";

/// What every answer says to browsers.
pub(crate) const FIXED: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
];

/// Wraps everything.
pub(crate) async fn edge<B>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error>
where
    B: MessageBody + 'static,
{
    let started = Instant::now();
    let Some(state) = request.app_data::<web::Data<HttpState>>().map(|state| HttpState::clone(state)) else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let id = RequestId::of(request.headers(), state.ctx());
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let answering = AssertUnwindSafe(async { next.call(request).await }).catch_unwind();
    let mut response = match answering.await {
        Ok(Ok(response)) => as_problem(response.map_into_boxed_body(), &id),
        Ok(Err(error)) => {
            let status = error.as_response_error().status_code();
            let mut answer = Problem::of_status(status).respond(&id);
            decorate(answer.headers_mut(), &state, &id);
            return Err(InternalError::from_response(error, answer).into());
        }
        Err(_) => {
            let problem = Problem::internal("the way to the handler panicked".into());
            return Err(refused(&problem, &method, &state, &id, started));
        }
    };
    mark_compressed(response.headers_mut());
    decorate(response.headers_mut(), &state, &id);
    record(&method, &response, &id, started);
    Ok(response)
}

/// A request that does not get as far as its route.
fn refused(problem: &Problem, method: &Method, state: &HttpState, id: &RequestId, started: Instant) -> Error {
    problem.log(id);
    let mut answer = problem.respond(id);
    decorate(answer.headers_mut(), state, id);
    let trace = Trace { route: NO_ROUTE, user: None, crowded: problem.kind() == Kind::OVERLOADED };
    note(method, trace, answer.status(), id, started);
    InternalError::from_response("refused", answer).into()
}

/// What the framework refused on its own, as a problem.
fn as_problem(response: ServiceResponse<BoxBody>, id: &RequestId) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let is_failure = status.is_client_error() || status.is_server_error();
    if !is_failure || response.headers().get(CONTENT_TYPE).is_some_and(|own| own == MEDIA_TYPE) {
        return response;
    }
    let kept: Vec<(HeaderName, HeaderValue)> = response
        .headers()
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("access-control-") || name.as_str() == "vary")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let (request, _) = response.into_parts();
    let mut answer = Problem::of_status(status).respond(id);
    for (name, value) in kept {
        answer.headers_mut().append(name, value);
    }
    ServiceResponse::new(request, answer)
}

/// A strong tag stands for bytes: those of a compressed answer are others.
fn mark_compressed(headers: &mut HeaderMap) {
    let Some(coding) = headers.get(CONTENT_ENCODING).filter(|coding| *coding != "identity") else {
        return;
    };
    let Ok(coding) = coding.to_str() else {
        return;
    };
    let tag = headers.get(ETAG).and_then(|tag| etag::of_compressed(tag.to_str().ok()?, coding));
    if let Some(Ok(tag)) = tag.map(|tag| HeaderValue::from_str(&tag)) {
        headers.insert(ETAG, tag);
    }
}

fn decorate(headers: &mut HeaderMap, state: &HttpState, id: &RequestId) {
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        headers.insert(HeaderName::from_static(request_id::HEADER), id);
    }
    for (name, value) in FIXED {
        let name = HeaderName::from_static(name);
        // The pages of the documentation bring their own policy.
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Some(Ok(https_only)) = https_only(state).map(|text| HeaderValue::from_str(&text)) {
        headers.insert(HeaderName::from_static("strict-transport-security"), https_only);
    }
}

/// Tells browsers to use HTTPS only, where the server is reached by it.
pub(crate) fn https_only(state: &HttpState) -> Option<String> {
    state.options().hsts.map(|life| format!("max-age={}; includeSubDomains", life.as_secs()))
}

fn record(method: &Method, response: &ServiceResponse<BoxBody>, id: &RequestId, started: Instant) {
    let trace = response.request().extensions().get::<Trace>().copied();
    let trace = trace.unwrap_or(Trace { route: NO_ROUTE, user: None, crowded: false });
    note(method, trace, response.status(), id, started);
}

fn note(method: &Method, trace: Trace, status: StatusCode, id: &RequestId, started: Instant) {
    let took = started.elapsed();
    let Trace { route, user, crowded } = trace;
    if crowded {
        // A warning: of many that are alike the log has a few and their number. They come when there is no time for more.
        tracing::warn!(
            target: crate::ACCESS,
            code = Kind::OVERLOADED.code,
            method = method.as_str(),
            route,
            status = status.as_u16(),
            request_id = id.as_str(),
            "there was no room to answer"
        );
    } else {
        let user = user.map(|user| user.to_string());
        tracing::info!(
            target: crate::ACCESS,
            method = method.as_str(),
            route,
            status = status.as_u16(),
            duration_ms = milliseconds(took),
            user_id = user.as_deref(),
            request_id = id.as_str(),
            "answered"
        );
    }
    counted::count(method, route, status, took);
}

/// Milliseconds to the microsecond, for the log: a full `f64` has digits that mean nothing.
fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_logged_to_the_microsecond() {
        assert_eq!(milliseconds(Duration::from_nanos(1_234_567_891)).to_string(), "1234.568");
        assert_eq!(milliseconds(Duration::from_nanos(400)).to_string(), "0");
        assert_eq!(milliseconds(Duration::from_micros(100)).to_string(), "0.1");
    }
}
