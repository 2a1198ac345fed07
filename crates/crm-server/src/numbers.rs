//! Numbers about the server, in the format of Prometheus.
//!
//! Requests and sign-ins are counted where they are answered, in `crm-http`; password hashes in
//! [`crate::metered_passwords`]; the store counts for itself and is asked when the numbers are.

pub mod listener;

use std::sync::Arc;
use std::time::Duration;

use crm_http::state::RenderMetrics;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::command_error::CommandError;
use crate::store::Store;

/// Passwords that wait to be hashed or are being hashed.
pub const HASHES_IN_PROGRESS: &str = "password_hashes_in_progress";
/// How long a password took to hash, waiting included.
pub const HASH_SECONDS: &str = "password_hash_duration_seconds";

const WRITES_QUEUED: &str = "store_writes_queued";
const READS_QUEUED: &str = "store_reads_queued";
const WRITES: &str = "store_writes_total";
const BATCHES: &str = "store_batches_total";
const BATCHES_LOST: &str = "store_batches_lost_total";
const RELOADS: &str = "store_reloads_total";
const BREAKER_OPEN: &str = "store_breaker_open";
const BREAKER_OPENED: &str = "store_breaker_opened_total";
const BREAKER_REFUSED: &str = "store_breaker_refused_total";

/// Upper ends of the classes of durations, in seconds.
const SECONDS: [f64; 13] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// How often durations that were noted are put into their classes; until then each takes memory.
const TIDY_EVERY: Duration = Duration::from_secs(5);

/// Starts to count, once per process, and gives what writes the numbers down. Needs a runtime.
///
/// # Errors
/// Somebody else counts already.
pub fn start(store: Store) -> Result<RenderMetrics, CommandError> {
    let failed = |cause: crate::command_error::Cause| CommandError::failed("nothing can be counted", cause);
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .map_err(|error| failed(error.into()))?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|error| failed(error.to_string().into()))?;
    describe();
    tokio::spawn(tidy(handle.clone()));
    Ok(Arc::new(move || {
        ask(&store);
        handle.render()
    }))
}

fn describe() {
    describe_counter!("http_requests_total", "Requests answered, by method, route and status.");
    describe_histogram!("http_request_duration_seconds", "How long requests took, by method and route.");
    describe_gauge!("http_connections_open", "Connections that are open.");
    describe_counter!(
        "http_connections_refused_total",
        "Connections closed for what came or did not come over them, by code."
    );
    describe_counter!("tls_handshakes_failed_total", "Connections on which there was no agreement on TLS.");
    describe_counter!("logins_total", "Sign-ins tried, by outcome.");
    describe_gauge!(HASHES_IN_PROGRESS, "Passwords that wait to be hashed or are being hashed.");
    describe_histogram!(HASH_SECONDS, "How long a password took to hash, waiting included.");
    describe_gauge!(WRITES_QUEUED, "Jobs that wait for the store's writer.");
    describe_gauge!(READS_QUEUED, "Jobs that wait for one of the store's readers.");
    describe_counter!(WRITES, "Write jobs that the store answered.");
    describe_counter!(BATCHES, "Batches of write jobs that were committed.");
    describe_counter!(BATCHES_LOST, "Batches of write jobs that were lost whole.");
    describe_gauge!(
        BREAKER_OPEN,
        "1 while the store is silent and is asked now and then only, by reads and writes."
    );
    describe_counter!(BREAKER_OPENED, "Times that the store was found silent, by reads and writes.");
    describe_counter!(
        BREAKER_REFUSED,
        "Calls that were refused without asking the silent store, by reads and writes."
    );
    describe_counter!(RELOADS, "Times that what is held in memory was loaded anew.");
}

/// Takes over what the store counts. A MongoDB has numbers of its own, but for the breakers before it.
#[expect(clippy::cast_precision_loss, reason = "no queue is so long that a float could not tell")]
fn ask(store: &Store) {
    for breaker in store.breakers() {
        gauge!(BREAKER_OPEN, "of" => breaker.what).set(if breaker.is_open { 1.0 } else { 0.0 });
        counter!(BREAKER_OPENED, "of" => breaker.what).absolute(breaker.opened);
        counter!(BREAKER_REFUSED, "of" => breaker.what).absolute(breaker.refused);
    }
    let Store::Embedded(store) = store else { return };
    let stats = store.stats();
    gauge!(WRITES_QUEUED).set(stats.writes_queued as f64);
    gauge!(READS_QUEUED).set(stats.reads_queued as f64);
    counter!(WRITES).absolute(stats.writes);
    counter!(BATCHES).absolute(stats.batches);
    counter!(BATCHES_LOST).absolute(stats.batches_lost);
    counter!(RELOADS).absolute(stats.reloads);
}

async fn tidy(handle: PrometheusHandle) {
    let mut every = tokio::time::interval(TIDY_EVERY);
    loop {
        every.tick().await;
        handle.run_upkeep();
    }
}
