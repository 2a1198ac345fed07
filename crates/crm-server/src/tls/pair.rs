//! A certificate and its key, from two files.

use std::path::{Path, PathBuf};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};
use rustls::sign::CertifiedKey;
use thiserror::Error;

use crate::settings::key_file;

/// Two files hold no pair. No text shows anything of the key.
#[derive(Debug, Error)]
pub enum PairError {
    /// A file is not there, or no PEM.
    #[error("{path} cannot be read")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: pem::Error,
    },
    /// The file of certificates holds none.
    #[error("{0} holds no certificate")]
    NoCertificate(PathBuf),
    /// Others could read the key.
    #[error("{path} {flaw}")]
    Open {
        /// The key's file.
        path: PathBuf,
        /// What is wrong with it.
        flaw: String,
    },
    /// The certificate is not that of the key, or one of them is of a kind that nobody knows.
    #[error("the certificate and the key do not fit together")]
    Unfit(#[source] rustls::Error),
}

/// Reads a pair and makes sure that the key is that of the first certificate.
///
/// # Errors
/// [`PairError`].
pub fn read(cert: &Path, key: &Path, strict: bool) -> Result<CertifiedKey, PairError> {
    if let Some(flaw) = key_file::flaw(key).filter(|_| strict) {
        return Err(PairError::Open { path: key.to_owned(), flaw });
    }
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |cause| PairError::File { path, cause }
    };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(unreadable(cert))?;
    if chain.is_empty() {
        return Err(PairError::NoCertificate(cert.to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
    CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(PairError::Unfit)
}
