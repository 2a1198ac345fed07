//! The numbers of answered requests: how many by method, route and status, and how long they took.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics::{Counter, Histogram};

/// What requests are counted apart by.
type Kind = (&'static str, &'static str, u16);

thread_local! {
    /// The numbers that this thread has counted in: finding one by its name and labels takes longer than counting. There
    /// are as many as there are routes, known methods and statuses.
    static KNOWN: RefCell<HashMap<Kind, Numbers>> = RefCell::default();
}

struct Numbers {
    requests: Counter,
    seconds: Histogram,
}

/// Counts a request that took so long.
pub(crate) fn count(method: &Method, route: &'static str, status: StatusCode, took: Duration) {
    let kind = (known(method), route, status.as_u16());
    KNOWN.with_borrow_mut(|numbers| {
        let numbers = numbers.entry(kind).or_insert_with(|| Numbers::of(kind));
        numbers.requests.increment(1);
        numbers.seconds.record(took.as_secs_f64());
    });
}

impl Numbers {
    fn of((method, route, status): Kind) -> Self {
        let status = status.to_string();
        Self {
            requests: metrics::counter!(
                "http_requests_total", "method" => method, "route" => route, "status" => status
            ),
            seconds: metrics::histogram!(
                "http_request_duration_seconds", "method" => method, "route" => route
            ),
        }
    }
}

/// The method as a label: clients may invent methods, and each label value takes memory for ever.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 6] = ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| method.as_str() == *known).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_clients_invent_are_one() {
        assert_eq!(known(&Method::PATCH), "PATCH");
        for invented in ["PATCHES", "get", "PUT"] {
            assert_eq!(known(&Method::from_bytes(invented.as_bytes()).unwrap()), "other");
        }
    }

    #[test]
    fn methods_routes_and_statuses_are_counted_apart_and_times_are_not() {
        for _ in 0..3 {
            count(&Method::GET, "/a", StatusCode::OK, Duration::ZERO);
            count(&Method::GET, "/a", StatusCode::NOT_FOUND, Duration::ZERO);
            count(&Method::GET, "/b", StatusCode::OK, Duration::from_secs(1));
            count(&Method::HEAD, "/b", StatusCode::OK, Duration::ZERO);
        }
        assert_eq!(KNOWN.with_borrow(HashMap::len), 4);
    }
}
