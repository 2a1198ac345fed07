//! Which request is being answered: for the audit log, which tells where things came from.
//!
//! It goes with the task that answers the request, beside what use cases are handed: what they decide never rests on
//! it.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address, if known.
    pub address: Option<IpAddr>,
    /// The request's id.
    pub request_id: Option<Arc<str>>,
}

tokio::task_local! {
    static ORIGIN: Origin;
}

/// Does the work of a request from there.
pub async fn from<F: Future>(origin: Origin, work: F) -> F::Output {
    ORIGIN.scope(origin, work).await
}

/// Where the request came from that is being answered; nothing is known of what no request asked for.
pub fn current() -> Origin {
    ORIGIN.try_with(Origin::clone).unwrap_or_default()
}
