//! The listening server. Tests and the binary start it the same way.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::available_parallelism;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::Data;
use actix_web::{App, HttpServer};

use crate::app;
use crate::cors::cors;
use crate::edge::edge;
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
    let options = state.options().clone();
    let workers = match options.workers {
        0 => available_parallelism().map_or(1, usize::from),
        some => some,
    };
    let origins = options.cors_origins.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::new(HttpState::clone(&state)))
            .configure(app::configure(HttpState::clone(&state)))
            .wrap(Compress::default())
            .wrap(cors(&origins))
            .wrap(from_fn(edge))
    })
    .workers(workers)
    .max_connections(options.max_connections.div_ceil(workers))
    .backlog(options.backlog)
    .keep_alive(options.keep_alive)
    .client_request_timeout(options.head_timeout)
    .client_disconnect_timeout(options.disconnect_timeout)
    .shutdown_timeout(options.shutdown_timeout.as_secs())
    .worker_max_blocking_threads(1)
    .disable_signals();
    let server = match listen {
        Listen::At(address) => server.bind(address)?,
        Listen::On(listener) => server.listen(listener)?,
    };
    let address = server.addrs().first().copied().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok(Bound { server: server.run(), address })
}
