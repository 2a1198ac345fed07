//! Where connections come in: the socket's options, TLS, and the guard.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use actix_http::error::DispatchError;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::guarded::Guarded;
use super::patience::Limits;
use super::refusal::Refuse;
use super::wire::TcpWire;

/// So much of an answer the system takes from us before the client has taken any of it.
const UNSENT: u32 = 128 * 1024;

/// Where the connections of one thread come in.
pub(crate) struct Door {
    /// TLS, if that is spoken here.
    pub(crate) tls: Option<Arc<ServerConfig>>,
    /// How long clients are waited for.
    pub(crate) limits: Limits,
    /// The largest body taken, in bytes.
    pub(crate) body_limit: usize,
    /// What refused clients are told.
    pub(crate) refuse: Refuse,
}

/// A connection, and from where it comes.
pub(crate) type Entered = (Guarded<TcpWire>, Option<SocketAddr>);

impl Door {
    /// Lets a connection in.
    ///
    /// # Errors
    /// There is no agreement on TLS, or not in time.
    pub(crate) async fn enter(&self, tcp: TcpStream) -> Result<Entered, DispatchError> {
        let peer = tcp.peer_addr().ok();
        self.prepare(&tcp);
        let wire = match &self.tls {
            None => TcpWire::Plain(tcp),
            Some(tls) => self.encrypt(Arc::clone(tls), tcp).await?,
        };
        Ok((Guarded::new(wire, self.limits, self.body_limit, Rc::clone(&self.refuse)), peer))
    }

    /// A client that is gone is given up after a while, and answers wait here rather than in the system, where nobody
    /// could see whether they are taken. A system that lacks an option serves all the same.
    fn prepare(&self, tcp: &TcpStream) {
        tcp.set_nodelay(true).ok();
        #[cfg(any(target_os = "android", target_os = "linux"))]
        {
            let socket = SockRef::from(tcp);
            socket.set_tcp_user_timeout(Some(self.limits.answer)).ok();
            socket.set_tcp_notsent_lowat(UNSENT).ok();
        }
    }

    async fn encrypt(&self, tls: Arc<ServerConfig>, tcp: TcpStream) -> Result<TcpWire, DispatchError> {
        let agreed = timeout(self.limits.head, TlsAcceptor::from(tls).accept(tcp)).await;
        let agreed = agreed.map_err(std::io::Error::from).flatten().inspect_err(|error| {
            metrics::counter!("tls_handshake_failures_total").increment(1);
            tracing::debug!(%error, "no agreement on TLS");
        });
        let stream = agreed.map_err(DispatchError::Io)?;
        Ok(TcpWire::Secure(Box::new(stream)))
    }
}
