//! Which pages of other origins may call (the CORS protocol of the Fetch standard): the listed ones.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, LINK, LOCATION,
    RETRY_AFTER,
};

use crate::{keyed, request_id};

/// How long a browser may remember what it was allowed.
const REMEMBERED_S: usize = 3600;

/// The layer that answers browsers. Tokens travel in a header that pages set themselves, so that no credentials are
/// allowed and a page that is not listed learns nothing.
pub(crate) fn cors(origins: &[String]) -> Cors {
    let request_id = HeaderName::from_static(request_id::HEADER);
    let (key, replayed) = (keyed::KEY, keyed::REPLAYED);
    let allowed = [ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH, key, request_id.clone()];
    let mut cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::DELETE])
        .allowed_headers(allowed)
        .expose_headers([ETAG, LINK, LOCATION, replayed, request_id, RETRY_AFTER])
        .max_age(REMEMBERED_S);
    for origin in origins {
        cors = cors.allowed_origin(origin);
    }
    cors
}
