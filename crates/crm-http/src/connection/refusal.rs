//! What a client is told whose request never became one: the same problem as any other, written by hand.

use std::fmt::Write as _;
use std::rc::Rc;

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use bytes::Bytes;

use super::refused::Refused;
use crate::edge;
use crate::problem::{MEDIA_TYPE, Problem};
use crate::request_id::{self, RequestId};
use crate::state::HttpState;

/// Notes down a refusal and gives the bytes of the answer, if there is one.
pub(crate) type Refuse = Rc<dyn Fn(Refused) -> Option<Bytes>>;

/// What the server of this state says.
pub(crate) fn refuse_with(state: HttpState) -> Refuse {
    Rc::new(move |refused| tell(&state, refused))
}

fn tell(state: &HttpState, refused: Refused) -> Option<Bytes> {
    let status = refused.kind().map_or("none", |kind| kind.code);
    metrics::counter!("http_connections_refused_total", "code" => status).increment(1);
    let kind = refused.kind()?;
    let id = RequestId::of(&HeaderMap::new(), state.ctx());
    tracing::info!(
        target: crate::ACCESS,
        route = edge::NO_ROUTE,
        status = kind.status,
        code = kind.code,
        reason = refused.why(),
        request_id = %id,
        "refused"
    );
    let body = Problem::new(kind, refused.why()).body(&id);
    let reason = StatusCode::from_u16(kind.status).ok().and_then(|status| status.canonical_reason());
    let now = state.ctx().clock.now().utc().format("%a, %d %b %Y %H:%M:%S GMT");
    let mut head = format!(
        "HTTP/1.1 {} {}\r\nDate: {now}\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n{}: {id}\r\n",
        kind.status,
        reason.unwrap_or_default(),
        body.len(),
        request_id::HEADER,
    );
    for (name, value) in edge::FIXED {
        // Writing to a string cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if let Some(value) = edge::https_only(state) {
        let _ = write!(head, "strict-transport-security: {value}\r\n");
    }
    head.push_str("\r\n");
    let mut answer = head.into_bytes();
    answer.extend_from_slice(&body);
    Some(Bytes::from(answer))
}
