//! How the server behaves towards clients, from the configuration.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::ServerConfig;

/// Tells whether a peer is a proxy of ours.
pub type TrustsProxy = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// How often one account, or one address without an account, may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// So often in the long run; at least 1.
    pub per_second: u32,
    /// So often at once; at least 1.
    pub burst: u32,
}

/// The rate of each class of routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// What hashes a password.
    pub login: Rate,
    /// What reads.
    pub read: Rate,
    /// What writes.
    pub write: Rate,
}

/// Everything that can be set.
#[derive(Clone)]
pub struct HttpOptions {
    /// Threads that serve requests; 0 takes as many as there are cores.
    pub workers: usize,
    /// Connections open at a time, of all threads together.
    pub max_connections: usize,
    /// How long an idle connection is kept open.
    pub keep_alive: Duration,
    /// Within which time the head of a request must have come in.
    pub head_timeout: Duration,
    /// Within which time the body of a request must have come in.
    pub body_timeout: Duration,
    /// Within which time a request must have been read and answered.
    pub request_timeout: Duration,
    /// How long a client that takes nothing of an answer is waited for.
    pub answer_timeout: Duration,
    /// How long a client that goes away is waited for.
    pub disconnect_timeout: Duration,
    /// How long requests in flight are given when the server stops.
    pub shutdown_timeout: Duration,
    /// The largest body taken, in bytes.
    pub body_limit: usize,
    /// Requests answered at a time; more wait.
    pub max_in_flight: usize,
    /// Requests that wait for room, each for [`HttpOptions::room_timeout`] at most; more get 503 after as long.
    pub max_waiting: usize,
    /// How long a request waits for room, or for being told that there is none.
    pub room_timeout: Duration,
    /// Rates; without any, everybody may ask as often as they like.
    pub rates: Option<Rates>,
    /// Whether `/openapi.json` and `/docs/` are served; 404 where they are not.
    pub docs: bool,
    /// Origins whose pages may call.
    pub cors_origins: Vec<String>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusts_proxy: TrustsProxy,
    /// TLS, if the server is to speak it; with the protocols it offers (ALPN).
    pub tls: Option<Arc<ServerConfig>>,
    /// The kind of store behind the use cases, as `/readyz` names it: `sqlite` or `mongodb`.
    pub store: &'static str,
    /// For how long browsers are told to use HTTPS only; none where TLS is nobody's business.
    pub hsts: Option<Duration>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            workers: 0,
            max_connections: 4096,
            keep_alive: Duration::from_secs(75),
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(20),
            request_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(30),
            disconnect_timeout: Duration::from_secs(5),
            shutdown_timeout: Duration::from_secs(30),
            body_limit: 100 * 1024,
            max_in_flight: 1024,
            max_waiting: 1024,
            room_timeout: Duration::from_secs(1),
            rates: Some(Rates {
                login: Rate { per_second: 20, burst: 100 },
                read: Rate { per_second: 2000, burst: 4000 },
                write: Rate { per_second: 1000, burst: 2000 },
            }),
            docs: true,
            cors_origins: Vec::new(),
            trusts_proxy: Arc::new(|_| false),
            tls: None,
            store: "sqlite",
            hsts: None,
        }
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("workers", &self.workers)
            .field("max_connections", &self.max_connections)
            .field("rates", &self.rates)
            .field("cors_origins", &self.cors_origins)
            .finish_non_exhaustive()
    }
}
