//! The pair that connections are encrypted with, and the look-out for a new one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::pair::{self, PairError};
use crate::command_error::with_causes;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(3);

/// The pair in use. Connections that are open keep the one they began with.
#[derive(Debug)]
pub struct WatchedPair {
    current: ArcSwap<CertifiedKey>,
    cert: PathBuf,
    key: PathBuf,
    strict: bool,
}

/// What tells one state of the two files from another.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl WatchedPair {
    /// Reads the pair for the first time.
    ///
    /// # Errors
    /// [`PairError`].
    pub(super) fn open(cert: &Path, key: &Path, strict: bool) -> Result<Self, PairError> {
        let current = ArcSwap::from_pointee(pair::read(cert, key, strict)?);
        Ok(Self { current, cert: cert.to_owned(), key: key.to_owned(), strict })
    }

    /// Looks out for a new pair for ever. One that is broken is told once, and the old one stays.
    pub async fn watch(self: Arc<Self>) {
        let mut seen = self.stamp();
        loop {
            tokio::time::sleep(EVERY).await;
            let now = self.stamp();
            if now != seen {
                seen = now;
                self.take_anew();
            }
        }
    }

    fn take_anew(&self) {
        match pair::read(&self.cert, &self.key, self.strict) {
            Ok(pair) => {
                self.current.store(Arc::new(pair));
                tracing::info!(cert_file = %self.cert.display(), "new connections get the new certificate");
            }
            Err(error) => tracing::warn!(
                cert_file = %self.cert.display(),
                error = with_causes(&error),
                "the new certificate and key cannot be used; the old ones stay"
            ),
        }
    }

    fn stamp(&self) -> Stamp {
        [&self.cert, &self.key].map(|path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }
}

impl ResolvesServerCert for WatchedPair {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}
