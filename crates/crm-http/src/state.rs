//! What all threads that serve requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crm_app::context::Ctx;
use crm_app::readiness::Readiness;

use crate::in_flight::InFlight;
use crate::options::HttpOptions;
use crate::rate_limit::RateLimits;

/// Writes the server's numbers in the format of Prometheus.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// What all threads that serve requests share. A clone is the same state.
#[derive(Clone)]
pub struct HttpState(Arc<Shared>);

struct Shared {
    ctx: Ctx,
    options: HttpOptions,
    limits: Option<RateLimits>,
    in_flight: InFlight,
    metrics: Option<RenderMetrics>,
    stopping: AtomicBool,
    readiness: Readiness,
    has_untrusted_proxy: AtomicBool,
}

impl HttpState {
    /// The state of a server that does its work with `ctx`. Without `metrics` there is no route `/metrics`.
    pub fn new(ctx: Ctx, options: HttpOptions, metrics: Option<RenderMetrics>) -> Self {
        let limits = options.rates.as_ref().map(RateLimits::new);
        let in_flight = InFlight::new(options.max_in_flight, options.max_waiting, options.room_timeout);
        Self(Arc::new(Shared {
            ctx,
            options,
            limits,
            in_flight,
            metrics,
            stopping: AtomicBool::new(false),
            readiness: Readiness::default(),
            has_untrusted_proxy: AtomicBool::new(false),
        }))
    }

    /// What the use cases work with.
    pub fn ctx(&self) -> &Ctx {
        &self.0.ctx
    }

    /// How the server behaves.
    pub fn options(&self) -> &HttpOptions {
        &self.0.options
    }

    /// From now on the server says that it is not ready, so that nobody sends it new work.
    pub fn begin_shutdown(&self) {
        self.0.stopping.store(true, Ordering::Release);
    }

    /// Whether the server is about to stop.
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Acquire)
    }

    pub(crate) fn readiness(&self) -> &Readiness {
        &self.0.readiness
    }

    /// Whether nobody that is not trusted has sent `X-Forwarded-For` before; true once in the life of the server.
    pub(crate) fn is_first_untrusted_proxy(&self) -> bool {
        let seen = &self.0.has_untrusted_proxy;
        !seen.load(Ordering::Relaxed) && !seen.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn limits(&self) -> Option<&RateLimits> {
        self.0.limits.as_ref()
    }

    pub(crate) fn in_flight(&self) -> &InFlight {
        &self.0.in_flight
    }

    pub(crate) fn metrics(&self) -> Option<&RenderMetrics> {
        self.0.metrics.as_ref()
    }
}
