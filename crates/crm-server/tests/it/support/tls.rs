//! Certificates made for a test, and clients that speak TLS.

use std::fs::{Permissions, set_permissions, write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A certificate for this machine and its key.
pub(crate) struct Pair {
    pub(crate) certificate: CertificateDer<'static>,
    cert_pem: String,
    key_pem: String,
}

impl Pair {
    /// One that is good for many years.
    pub(crate) fn new() -> Self {
        Self::until(4000, 1, 1)
    }

    /// One that is good until that day.
    pub(crate) fn until(year: i32, month: u8, day: u8) -> Self {
        let mut params =
            CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, month, day);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: certificate.der().clone(),
            cert_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        }
    }

    /// Writes its certificate there.
    pub(crate) fn write_certificate(&self, folder: &Path) {
        write(folder.join("cert.pem"), &self.cert_pem).unwrap();
    }

    /// Writes its key there, for its owner's eyes only.
    pub(crate) fn write_key(&self, folder: &Path) {
        write(folder.join("key.pem"), &self.key_pem).unwrap();
        set_permissions(folder.join("key.pem"), Permissions::from_mode(0o600)).unwrap();
    }

    /// Connects to a server that must have this certificate.
    pub(crate) async fn connect(
        &self,
        port: &str,
        protocols: &[&[u8]],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        self.connect_with(port, protocols, rustls::ALL_VERSIONS).await
    }

    /// The same with these versions of TLS only.
    pub(crate) async fn connect_with(
        &self,
        port: &str,
        protocols: &[&[u8]],
        versions: &[&'static SupportedProtocolVersion],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let tcp = TcpStream::connect(format!("127.0.0.1:{port}")).await?;
        TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("127.0.0.1").unwrap(), tcp).await
    }
}

/// Asks for `/healthz` over HTTP/1.1, and gives the whole answer. The connection stays open.
pub(crate) async fn ask(stream: &mut TlsStream<TcpStream>) -> std::io::Result<String> {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    let mut answer = Vec::new();
    let mut piece = [0_u8; 1024];
    while !answer.ends_with(br#"{"ok":true}"#) {
        let length = stream.read(&mut piece).await?;
        if length == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        answer.extend_from_slice(&piece[..length]);
    }
    Ok(String::from_utf8(answer).unwrap())
}
