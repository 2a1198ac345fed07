//! The body of a request that was refused before anybody read it.
//!
//! An HTTP/1 connection can be used again only when all of the request has come out of it (RFC 9112, 9.3). A small body
//! is mostly there already: passing over it is cheaper than the new connection that the client would have to make, above
//! all when there are too many requests and each is told to come again. What is large, or slow, is not waited for, and
//! its connection is closed.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::EXPECT;
use futures_util::StreamExt as _;
use tokio::time::timeout;

/// More than this is not passed over.
const MOST: usize = 64 * 1024;
/// Nor is what takes longer to come.
const PATIENCE: Duration = Duration::from_millis(500);

/// Passes over a body, if it is small and there.
pub(crate) async fn pass_over(request: &HttpRequest, payload: &mut Payload) {
    if request.headers().contains_key(EXPECT) {
        return;
    }
    let to_its_end = async {
        let mut passed = 0;
        while let Some(Ok(part)) = payload.next().await {
            passed += part.len();
            if passed > MOST {
                return;
            }
        }
    };
    // Either way the answer is ready.
    let _in_time = timeout(PATIENCE, to_its_end).await;
}
