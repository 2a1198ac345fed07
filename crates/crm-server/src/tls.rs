//! TLS from the program itself: a certificate and its key, taken anew when their files change.
//!
//! # Where things are
//! - One pair of files: [`pair`]. The pair in use, and the look-out for a new one: [`watched`].
//! - When a certificate ends: [`expiry`]. The health check's side: `any_server.rs`.

pub(crate) mod any_server;
pub mod expiry;
pub mod pair;
pub mod watched;

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::version::{TLS12, TLS13};

use self::pair::PairError;
use self::watched::WatchedPair;

/// What is offered to clients (ALPN). HTTP/2 is left to a proxy, which limits the streams of a connection.
const PROTOCOLS: [&[u8]; 1] = [b"http/1.1"];

/// Makes ring what everything in this process encrypts with. To be called once, first thing.
pub fn choose_provider() {
    // It fails only if somebody chose before, and nobody does.
    CryptoProvider::install_default(ring::default_provider()).ok();
}

/// A server's side of TLS, and what looks out for a new pair while it is polled.
pub struct Tls {
    /// How connections are encrypted.
    pub config: Arc<ServerConfig>,
    /// The pair that they are encrypted with.
    pub pair: Arc<WatchedPair>,
}

impl Tls {
    /// Reads the pair. Where strangers come (`strict`), the key must be nobody else's to read.
    ///
    /// # Errors
    /// The files hold no pair.
    pub fn open(cert: &Path, key: &Path, strict: bool) -> Result<Self, PairError> {
        let pair = Arc::new(WatchedPair::open(cert, key, strict)?);
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(PairError::Unfit)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<WatchedPair>::clone(&pair));
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Self { config: Arc::new(config), pair })
    }
}
