//! The sections of the settings and the limits of each value.
//!
//! A field's name is its key, so a field added here needs its line in `config/default.toml`, which also holds its
//! default and the words that explain it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use garde::Validate;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::network::{self, Network};
use super::rules::{DAY, between, lasts, not_shorter_than, strong_enough, together_with};
use super::store_url::StoreUrl;
use super::{leaf, origin, span};

/// How the server listens and what it bears.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ServerSettings {
    /// The address to listen at.
    #[serde(deserialize_with = "host")]
    pub host: IpAddr,
    /// 0 takes any free port.
    #[serde(deserialize_with = "leaf::whole")]
    pub port: u16,
    /// 0 takes as many as there are cores.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(0, 256)))]
    pub workers: usize,
    /// Seconds that requests in flight are given when the server is told to stop.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 600)))]
    pub shutdown_timeout_s: u64,
    /// Seconds within which a request must have been read and answered.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 600)))]
    pub request_timeout_s: u64,
    /// Seconds from the first byte of a request until its headers must be complete.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 600)))]
    pub header_timeout_s: u64,
    /// Seconds within which the body of a request must have come in.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 600)))]
    pub body_timeout_s: u64,
    /// Seconds after which the connection of a client that reads nothing of its response is closed.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 600)))]
    pub send_timeout_s: u64,
    /// Seconds that an idle connection is kept open.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 3_600)))]
    pub keep_alive_s: u64,
    /// Connections open at a time.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 1_000_000)))]
    pub max_connections: usize,
    /// Requests that are processed at the same time.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 1_000_000)))]
    pub max_concurrent_requests: usize,
    /// Requests that are queued beyond those.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(0, 1_000_000)))]
    pub max_waiting_requests: usize,
    /// The largest body taken.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1_024, 10_485_760)))]
    pub body_limit_bytes: usize,
    /// Proxies whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<Network>,
    /// Whether a proxy with TLS stands before the server, so that it may listen in clear.
    #[serde(deserialize_with = "leaf::switch")]
    pub behind_proxy: bool,
    /// The address under which clients reach the server.
    #[serde(deserialize_with = "public_url")]
    pub public_url: Option<String>,
    /// TLS from this program itself.
    #[garde(dive)]
    pub tls: TlsSettings,
}

impl ServerSettings {
    /// Whether a peer is a proxy of ours, whose word on the client's address counts.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(peer))
    }

    /// Whether a proxy was declared, by the switch or by its address.
    pub fn has_proxy(&self) -> bool {
        self.behind_proxy || !self.trusted_proxies.is_empty()
    }

    /// Whether all clients would have the address of a proxy that is declared and not trusted.
    pub fn hides_clients(&self) -> bool {
        self.behind_proxy && self.trusted_proxies.is_empty()
    }
}

/// TLS from this program itself. Both files or none.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct TlsSettings {
    /// The certificate and those above it, in PEM.
    #[serde(deserialize_with = "file")]
    #[garde(custom(together_with("server.tls.key_file", self.key_file.is_some())))]
    pub cert_file: Option<PathBuf>,
    /// Its private key, in PEM.
    #[serde(deserialize_with = "file")]
    #[garde(custom(together_with("server.tls.cert_file", self.cert_file.is_some())))]
    pub key_file: Option<PathBuf>,
}

impl TlsSettings {
    /// Both files, if TLS is on.
    pub fn files(&self) -> Option<(&Path, &Path)> {
        self.cert_file.as_deref().zip(self.key_file.as_deref())
    }

    /// The same with relative paths taken to start in `folder`.
    pub(super) fn within(self, folder: &Path) -> Self {
        let within = |path: PathBuf| folder.join(path);
        Self { cert_file: self.cert_file.map(within), key_file: self.key_file.map(within) }
    }
}

/// Where the records are kept.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct StoreSettings {
    /// The store's address.
    #[serde(deserialize_with = "store_url")]
    pub url: StoreUrl,
    /// Whether a MongoDB on another machine may be reached without TLS in production.
    #[serde(deserialize_with = "leaf::switch")]
    pub allow_plaintext: bool,
    /// Threads that read from the embedded store.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 64)))]
    pub reader_threads: usize,
    /// The circuit breaker of the store.
    #[garde(dive)]
    pub breaker: BreakerSettings,
    /// How a MongoDB is talked to.
    #[garde(dive)]
    pub mongodb: MongoSettings,
}

/// The circuit breaker: when requests fail at once because the store did not answer the last calls.
#[derive(Debug, Clone, Copy, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct BreakerSettings {
    /// Consecutive failures after which the breaker opens; 0 switches it off.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(0, 1_000_000)))]
    pub failure_threshold: u32,
    /// Milliseconds between two trial calls through an open breaker.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(50, 60_000)))]
    pub half_open_interval_ms: u64,
}

/// How a MongoDB is talked to, where the connection string does not say it.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct MongoSettings {
    /// The largest number of connections to each member.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 10_000)))]
    pub max_pool_size: u32,
    /// Milliseconds until a connection attempt fails.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(50, 60_000)))]
    pub connect_timeout_ms: u64,
    /// Milliseconds that a call waits for a suitable member.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(50, 60_000)))]
    pub server_selection_timeout_ms: u64,
    /// Milliseconds between two checks of each member.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(500, 60_000)))]
    pub heartbeat_frequency_ms: u64,
    /// Milliseconds that a read, or a write with all its repetitions, may take.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(500, 60_000)))]
    pub deadline_ms: u64,
}

/// Tokens and passwords.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AuthSettings {
    /// Signs access tokens.
    #[serde(deserialize_with = "leaf::secret")]
    pub access_secret: Option<SecretString>,
    /// A file with the keys of access tokens, in the place of one secret.
    #[serde(deserialize_with = "file")]
    pub key_file: Option<PathBuf>,
    /// What refresh tokens rest on.
    #[serde(deserialize_with = "leaf::secret")]
    pub refresh_secret: Option<SecretString>,
    /// Seals the audit log; where it is not set, the key follows from `refresh_secret`.
    #[serde(deserialize_with = "leaf::secret")]
    pub audit_secret: Option<SecretString>,
    /// How long an access token works.
    #[serde(deserialize_with = "lifetime")]
    #[garde(custom(lasts(DAY)))]
    pub access_ttl: Duration,
    /// How long a sign-in lasts, and how long from each use a client that takes new refresh tokens stays signed in.
    #[serde(deserialize_with = "lifetime")]
    #[garde(custom(lasts(365 * DAY)), custom(not_shorter_than(&self.access_ttl)))]
    pub refresh_ttl: Duration,
    /// The longest lifetime of a session; a value below `refresh_ttl` counts as that.
    #[serde(deserialize_with = "lifetime")]
    #[garde(custom(lasts(365 * DAY)))]
    pub session_max_ttl: Duration,
    /// How many open sessions a user may have.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 10_000)))]
    pub max_sessions: u32,
    /// The cost of a password hash.
    #[garde(dive)]
    pub argon2: Argon2Settings,
    /// 0 takes as many as there are cores.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(0, 64)))]
    pub hash_threads: usize,
    /// Limits of failed sign-ins.
    #[garde(dive)]
    pub throttle: ThrottleSettings,
}

/// Limits of failed sign-ins.
#[derive(Debug, Clone, Copy, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThrottleSettings {
    /// Failures of one address before it has to wait.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 1_000_000)))]
    pub address_burst: u32,
    /// Seconds after which one more failure of the address is allowed.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 86_400)))]
    pub address_interval_s: u64,
    /// Failures of all unknown sources of an account before they have to wait.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 1_000_000)))]
    pub unknown_source_burst: u32,
    /// The longest delay of unknown sources in seconds.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 86_400)))]
    pub unknown_source_max_delay_s: u64,
    /// Failures in a row on an account after which unknown sources are blocked.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 1_000_000)))]
    pub lockout_after: u32,
    /// Failures of one known source of an account before it has to wait.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 1_000_000)))]
    pub known_source_burst: u32,
    /// Seconds after which one more failure of the known source is allowed.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 86_400)))]
    pub known_source_interval_s: u64,
}

/// The cost of a password hash. The lower limits are OWASP's smallest sound choice of memory and time.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Argon2Settings {
    /// Memory in KiB.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(7_168, 1_048_576)))]
    pub memory_kib: u32,
    /// Passes over that memory.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 64)), custom(strong_enough(self.memory_kib)))]
    pub iterations: u32,
    /// Lanes that could be computed side by side.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 16)))]
    pub parallelism: u32,
}

/// The audit log.
#[derive(Debug, Clone, Copy, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct AuditSettings {
    /// Days after which entries are deleted; 0 keeps all of them.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(0, 36_500)))]
    pub retention_days: u32,
}

impl AuditSettings {
    /// How long entries are kept; `None` keeps all of them.
    pub fn keep(self) -> Option<Duration> {
        (self.retention_days > 0).then(|| DAY * self.retention_days)
    }
}

/// Backups of the embedded store.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct BackupSettings {
    /// The folder they are made in.
    #[serde(deserialize_with = "folder")]
    pub folder: PathBuf,
    /// Hours between two backups; 0: the server makes none.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(0, 8_760)))]
    pub interval_hours: u32,
    /// How many backups are kept.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 10_000)))]
    pub keep_last: usize,
}

impl BackupSettings {
    /// How long from one backup to the next; none where the server makes none.
    pub fn every(&self) -> Option<Duration> {
        (self.interval_hours > 0).then(|| Duration::from_hours(self.interval_hours.into()))
    }
}

/// Which pages of other origins may call.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct CorsSettings {
    /// The origins, each named.
    #[serde(deserialize_with = "origins")]
    pub origins: Vec<String>,
}

/// The API document and its pages.
#[derive(Debug, Clone, Copy, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct DocsSettings {
    /// Whether `/docs/` and `/openapi.json` are served.
    #[serde(deserialize_with = "leaf::switch")]
    pub enabled: bool,
}

/// How fast one account, or one address without an account, may ask.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct RateLimitSettings {
    /// On or off.
    #[serde(deserialize_with = "leaf::switch")]
    pub enabled: bool,
    /// `GET`.
    #[garde(dive)]
    pub read: RateSettings,
    /// `POST`, `PATCH`, `DELETE`.
    #[garde(dive)]
    pub write: RateSettings,
    /// Signing in and all else that hashes a password.
    #[garde(dive)]
    pub login: RateSettings,
}

/// The limit of one class of routes.
#[derive(Debug, Clone, Copy, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct RateSettings {
    /// So often in the long run.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 1_000_000)))]
    pub per_second: u32,
    /// So often at once.
    #[serde(deserialize_with = "leaf::whole")]
    #[garde(custom(between(1, 1_000_000)))]
    pub burst: u32,
}

/// What is logged, and how.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct LogSettings {
    /// How lines look.
    #[serde(deserialize_with = "log_format")]
    pub format: LogFormat,
    /// The least important lines that are written, also by module.
    #[serde(deserialize_with = "log_level")]
    pub level: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Pretty on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Whether and where numbers about the server are shown.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct MetricsSettings {
    /// On or off.
    #[serde(deserialize_with = "leaf::switch")]
    pub enabled: bool,
    /// A listener of their own; without one they are a route of the server.
    #[serde(deserialize_with = "listen")]
    pub listen: Option<SocketAddr>,
    /// Whether other machines may read them in production.
    #[serde(deserialize_with = "leaf::switch")]
    pub public: bool,
}

/// What a store is given when it is made.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct WorkspaceSettings {
    /// The time zone that decides which day it is.
    #[serde(deserialize_with = "timezone")]
    pub timezone: Tz,
}

fn host<'de, D: Deserializer<'de>>(deserializer: D) -> Result<IpAddr, D::Error> {
    leaf::text(deserializer, "an address to listen at, such as 127.0.0.1 or 0.0.0.0", |text| {
        if text == "localhost" { Some(Ipv4Addr::LOCALHOST.into()) } else { text.parse().ok() }
    })
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Network>, D::Error> {
    leaf::list(deserializer, network::EXPECTED, Network::parse_element).map(|elements| elements.concat())
}

fn public_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    leaf::optional(deserializer, "an address such as https://crm.example.com", origin::parse_public_url)
}

fn file<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    leaf::optional(deserializer, "the path of a file", |text| Some(PathBuf::from(text)))
}

fn folder<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    leaf::text(deserializer, "the path of a folder", |text| (!text.is_empty()).then(|| PathBuf::from(text)))
}

fn store_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StoreUrl, D::Error> {
    leaf::text(deserializer, "a text", |text| Some(StoreUrl::parse(text)))?.map_err(D::Error::custom)
}

fn lifetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    leaf::text(deserializer, span::EXPECTED, span::parse)
}

fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    leaf::list(deserializer, origin::EXPECTED, origin::parse)
}

fn log_format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LogFormat, D::Error> {
    leaf::text(deserializer, "auto, pretty or json", |text| match text {
        "auto" => Some(LogFormat::Auto),
        "pretty" => Some(LogFormat::Pretty),
        "json" => Some(LogFormat::Json),
        _ => None,
    })
}

/// A bare word is only taken if it is a level: the filter itself would read any other as the name of a module.
fn log_level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    leaf::text(
        deserializer,
        "a level such as info, or levels by module such as info,crm_http=debug",
        |text| {
            let fits = text.split(',').all(|part| {
                let level = part.rsplit('=').next().unwrap_or(part).trim().to_lowercase();
                LEVELS.contains(&level.as_str())
            });
            fits.then(|| text.to_owned())
        },
    )
}

fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    leaf::optional(deserializer, "an address with a port, such as 127.0.0.1:9464", |text| text.parse().ok())
}

fn timezone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    leaf::text(deserializer, "an IANA time zone such as Europe/Berlin", |text| text.parse().ok())
}
