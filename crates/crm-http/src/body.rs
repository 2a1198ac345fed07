//! A request's body: read within its limits, then decoded into what the client said.

mod json;

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING};
use bytes::{Bytes, BytesMut};
use crm_domain::raw::Members;
use futures_util::StreamExt as _;

use crate::problem::Problem;
use crate::problem::kind::Kind;

/// What a body may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes.
    pub(crate) size: usize,
    /// Within which time it must have come in.
    pub(crate) time: Duration,
}

/// Says that a request has no body where it must have one.
pub(crate) fn missing() -> Problem {
    Problem::new(Kind::MALFORMED_JSON, "the body is empty: send a JSON object")
}

/// Reads the JSON object that a request may have.
///
/// # Errors
/// 415, 413, 408, or 400 with where it goes wrong.
pub(crate) async fn read(
    headers: &HeaderMap,
    payload: Payload,
    limits: Limits,
) -> Result<Option<Members>, Problem> {
    let announced = announced(headers);
    if announced == Some(0) {
        return Ok(None);
    }
    if announced.is_some_and(|size| size > limits.size as u64) {
        return Err(too_large(limits.size));
    }
    if !is_json(headers) && announced.is_some() {
        return Err(not_json());
    }
    decode(headers, &collect(payload, limits).await?)
}

/// Reads the body as it is, whatever it is.
///
/// # Errors
/// 413, 408 or 400.
pub(crate) async fn bytes(headers: &HeaderMap, payload: Payload, limits: Limits) -> Result<Bytes, Problem> {
    match announced(headers) {
        Some(0) => Ok(Bytes::new()),
        Some(size) if size > limits.size as u64 => Err(too_large(limits.size)),
        Some(_) | None => collect(payload, limits).await,
    }
}

/// The JSON object of a body that was read.
///
/// # Errors
/// 415, or 400 with where it goes wrong.
pub(crate) fn decode(headers: &HeaderMap, bytes: &Bytes) -> Result<Option<Members>, Problem> {
    if bytes.is_empty() {
        return Ok(None);
    }
    if is_json(headers) { json::parse(bytes).map(Some) } else { Err(not_json()) }
}

/// The size of the body by its own account: 0 without one, the largest there is if it comes in chunks.
fn announced(headers: &HeaderMap) -> Option<u64> {
    if let Some(length) = headers.get(CONTENT_LENGTH) {
        return length.to_str().ok()?.trim().parse().ok();
    }
    // Without a length and without chunks there is no body.
    if headers.contains_key(TRANSFER_ENCODING) { Some(1) } else { None }
}

fn is_json(headers: &HeaderMap) -> bool {
    let coding = headers.get(CONTENT_ENCODING).map(|coding| coding.as_bytes().to_ascii_lowercase());
    if coding.is_some_and(|coding| coding != b"identity") {
        return false;
    }
    let Some(declared) = headers.get(CONTENT_TYPE).and_then(|declared| declared.to_str().ok()) else {
        return false;
    };
    let essence = declared.split(';').next().unwrap_or(declared).trim().to_ascii_lowercase();
    let is_structured =
        essence.strip_prefix("application/").is_some_and(|subtype| subtype.ends_with("+json"));
    essence == "application/json" || is_structured
}

async fn collect(payload: Payload, limits: Limits) -> Result<Bytes, Problem> {
    match tokio::time::timeout(limits.time, gather(payload, limits.size)).await {
        Ok(bytes) => bytes,
        Err(_) => Err(Problem::new(Kind::REQUEST_TIMEOUT, "the body came in too slowly")),
    }
}

async fn gather(mut payload: Payload, most: usize) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Kind::BROKEN_BODY, "the body broke off"))?;
        if body.len() + chunk.len() > most {
            return Err(too_large(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn too_large(most: usize) -> Problem {
    Problem::new(Kind::TOO_LARGE, format!("the body is larger than {most} bytes"))
}

fn not_json() -> Problem {
    Problem::new(Kind::UNSUPPORTED_MEDIA_TYPE, "send JSON, with the header `Content-Type: application/json`")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("application/json", true)]
    #[case("Application/JSON; charset=utf-8", true)]
    #[case("application/merge-patch+json", true)]
    #[case("text/json", false)]
    #[case("application/jsonp", false)]
    #[case("application/x-www-form-urlencoded", false)]
    #[case("", false)]
    fn json_goes_by_its_names(#[case] declared: &'static str, #[case] expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(declared));
        assert_eq!(is_json(&headers), expected);
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(!is_json(&headers), "a compressed body is not taken");
    }
}
