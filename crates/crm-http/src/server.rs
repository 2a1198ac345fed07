//! The listening server. Tests and the binary start it the same way.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_http::{HttpService, Request};
use actix_server::GracefulShutdownSignal;
use actix_service::{
    IntoServiceFactory as _, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config,
};
use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::Data;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;

use crate::app;
use crate::connection::door::Door;
use crate::connection::patience::Limits;
use crate::connection::refusal::refuse_with;
use crate::cors::cors;
use crate::edge::edge;
use crate::options::HttpOptions;
use crate::state::HttpState;

/// A server that listens.
pub struct Bound {
    /// The server itself: it serves while this future is polled.
    pub server: Server,
    /// Where it listens, with the port that it was given if it asked for any.
    pub address: SocketAddr,
}

/// Where a server listens.
pub enum Listen {
    /// At this address; port 0 takes a free one.
    At(SocketAddr),
    /// Where this listener does.
    On(TcpListener),
}

/// Starts to listen. Signals are the caller's business: it stops the server through its handle.
///
/// # Errors
/// If the address cannot be had.
pub fn serve(listen: Listen, state: HttpState) -> io::Result<Bound> {
    let options = state.options();
    let workers = match options.workers {
        0 => available_parallelism().map_or(1, usize::from),
        some => some,
    };
    let listener = match listen {
        Listen::At(address) => BoundSocket::bind(address)?.listen()?,
        Listen::On(listener) => listener,
    };
    let address = listener.local_addr()?;
    let builder = Server::build()
        .workers(workers)
        .max_concurrent_connections(options.max_connections.div_ceil(workers))
        .shutdown_timeout(options.shutdown_timeout.as_secs())
        .worker_max_blocking_threads(1)
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let server = builder.listen("crm", listener, move || service(&state, address, &stopping))?;
    Ok(Bound { server: server.run(), address })
}

/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// A socket that has its address and refuses connections until it listens.
#[derive(Debug)]
pub struct BoundSocket(Socket);

impl BoundSocket {
    /// Takes the address; port 0 takes a free one.
    ///
    /// # Errors
    /// [`io::ErrorKind::AddrInUse`] while another program listens there; others if the address cannot be had.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        // A restarted server takes the port while connections of the last one are still being closed.
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        Ok(Self(socket))
    }

    /// Starts to listen.
    ///
    /// # Errors
    /// Another program has begun to listen at the address meanwhile.
    pub fn listen(self) -> io::Result<TcpListener> {
        self.0.listen(BACKLOG)?;
        Ok(self.0.into())
    }
}

/// What one thread does with a connection: lets it in, and answers what comes through it.
fn service(
    state: &HttpState,
    address: SocketAddr,
    stopping: &GracefulShutdownSignal,
) -> impl ServiceFactory<TcpStream, Config = (), InitError = ()> + use<> {
    let options = state.options();
    let limits = limits(options);
    let door = Rc::new(Door {
        tls: options.tls.clone(),
        limits,
        body_limit: options.body_limit,
        refuse: refuse_with(HttpState::clone(state)),
    });
    let stopping = stopping.clone();
    let app = map_config(application(state), |()| AppConfig::default());
    let http = HttpService::build()
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .keep_alive(options.keep_alive)
        // The connection looks after that itself, and only once it has read all that came.
        .client_request_timeout(Duration::ZERO)
        .client_disconnect_timeout(options.disconnect_timeout)
        .local_addr(address)
        .h1(app);
    fn_service(move |tcp: TcpStream| {
        let door = Rc::clone(&door);
        async move { door.enter(tcp).await }
    })
    .and_then(http)
}

/// Everything behind the connection: the edge, cors, and all routes.
fn application(
    state: &HttpState,
) -> impl ServiceFactory<
    Request,
    Config = AppConfig,
    Response = ServiceResponse<impl MessageBody + use<>>,
    Error = actix_web::HttpResponse,
    InitError = (),
> + use<> {
    App::new()
        .app_data(Data::new(HttpState::clone(state)))
        .configure(app::configure(HttpState::clone(state)))
        .wrap(Compress::default())
        .wrap(cors(&state.options().cors_origins))
        .wrap(from_fn(edge))
        .into_factory()
        .map_err(|error: actix_web::Error| error.error_response())
}

fn limits(options: &HttpOptions) -> Limits {
    Limits { head: options.head_timeout, body: options.body_timeout, answer: options.answer_timeout }
}
