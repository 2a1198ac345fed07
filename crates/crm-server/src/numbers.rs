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
pub const HASHES_IN_PROGRESS: &str = "crm_password_hashes_in_progress";
/// How long a password took to hash, waiting included.
pub const HASH_SECONDS: &str = "crm_password_hash_duration_seconds";

const WRITES_QUEUED: &str = "crm_store_queued_writes";
const READS_QUEUED: &str = "crm_store_queued_reads";
const READS_RUNNING: &str = "crm_store_running_reads";
const WRITES: &str = "crm_store_writes_total";
const BATCHES: &str = "crm_store_write_batches_total";
const BATCHES_LOST: &str = "crm_store_write_batches_failed_total";
const RELOADS: &str = "crm_user_cache_reloads_total";
const BREAKER_OPEN: &str = "crm_store_breaker_open";
const BREAKER_OPENED: &str = "crm_store_breaker_opened_total";
const BREAKER_REFUSED: &str = "crm_store_breaker_rejected_calls_total";

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
    describe_counter!("http_requests_total", "Responses, by method, route and status.");
    describe_histogram!(
        "http_request_duration_seconds",
        "Time from the head of a request to its response, by method and route."
    );
    describe_gauge!("http_open_connections", "Open connections.");
    describe_counter!(
        "http_connections_refused_total",
        "Connections that were closed because of an invalid request or a timeout, by code."
    );
    describe_counter!("tls_handshake_failures_total", "TLS handshakes that failed.");
    describe_counter!("crm_logins_total", "Sign-in attempts, by outcome.");
    describe_gauge!(HASHES_IN_PROGRESS, "Password hashes that are queued or being computed.");
    describe_histogram!(HASH_SECONDS, "Time of a password hash, including the time in the queue.");
    describe_gauge!(WRITES_QUEUED, "Write jobs in the queue of the embedded store.");
    describe_gauge!(READS_QUEUED, "Read jobs in the queue of the embedded store.");
    describe_gauge!(READS_RUNNING, "Read jobs that run on the reader threads of the embedded store.");
    describe_counter!(WRITES, "Write jobs that the embedded store finished.");
    describe_counter!(BATCHES, "Batches of write jobs that were committed together.");
    describe_counter!(BATCHES_LOST, "Batches of write jobs that failed as a whole.");
    describe_gauge!(
        BREAKER_OPEN,
        "1 while the circuit breaker of the store is open, by operation (reads or writes)."
    );
    describe_counter!(BREAKER_OPENED, "How often the circuit breaker opened, by operation.");
    describe_counter!(BREAKER_REFUSED, "Calls that an open circuit breaker rejected, by operation.");
    describe_counter!(RELOADS, "How often the user cache was loaded again from the store.");
}

/// Takes over what the store counts. A MongoDB has numbers of its own, but for the breakers before it.
#[expect(clippy::cast_precision_loss, reason = "no queue is so long that a float could not tell")]
fn ask(store: &Store) {
    for breaker in store.breakers() {
        gauge!(BREAKER_OPEN, "operation" => breaker.what).set(if breaker.is_open { 1.0 } else { 0.0 });
        counter!(BREAKER_OPENED, "operation" => breaker.what).absolute(breaker.opened);
        counter!(BREAKER_REFUSED, "operation" => breaker.what).absolute(breaker.refused);
    }
    let Store::Embedded(store) = store else { return };
    let stats = store.stats();
    gauge!(WRITES_QUEUED).set(stats.writes_queued as f64);
    gauge!(READS_QUEUED).set(stats.reads_queued as f64);
    gauge!(READS_RUNNING).set(stats.reads_running as f64);
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
