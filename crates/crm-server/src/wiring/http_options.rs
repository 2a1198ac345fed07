//! From the settings to the options of the HTTP server.

use std::time::Duration;

use crm_http::options::{HttpOptions, Rate, Rates};

use crate::settings::Settings;
use crate::settings::sections::RateSettings;

/// How long browsers are told to use HTTPS only, where the server is reached by it.
const HTTPS_ONLY: Duration = Duration::from_hours(180 * 24);

/// How the server behaves towards clients.
pub(super) fn of(settings: &Settings) -> HttpOptions {
    let server = &settings.server;
    let request_timeout = Duration::from_secs(server.request_timeout_s);
    let defaults = HttpOptions::default();
    let limits = &settings.rate_limit;
    let proxies = server.clone();
    let is_https = server.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
        || server.tls.files().is_some();
    HttpOptions {
        workers: server.workers,
        max_connections: server.max_connections,
        keep_alive: Duration::from_secs(server.keep_alive_s),
        head_timeout: Duration::from_secs(server.header_timeout_s),
        body_timeout: Duration::from_secs(server.body_timeout_s),
        request_timeout,
        answer_timeout: Duration::from_secs(server.send_timeout_s),
        max_in_flight: server.max_concurrent_requests,
        max_waiting: server.max_waiting_requests,
        shutdown_timeout: Duration::from_secs(server.shutdown_timeout_s),
        body_limit: server.body_limit_bytes,
        rates: limits.enabled.then(|| Rates {
            login: rate(limits.login),
            read: rate(limits.read),
            write: rate(limits.write),
        }),
        docs: settings.docs.enabled,
        cors_origins: settings.cors.origins.clone(),
        trusts_proxy: std::sync::Arc::new(move |peer| proxies.trusts(peer)),
        hsts: is_https.then_some(HTTPS_ONLY),
        ..defaults
    }
}

fn rate(settings: RateSettings) -> Rate {
    Rate { per_second: settings.per_second, burst: settings.burst }
}
