//! A listener for the numbers alone, which strangers cannot reach.

use std::io;
use std::net::{SocketAddr, TcpListener};

use actix_web::dev::Server;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{App, HttpResponse, HttpServer, web};
use crm_http::state::RenderMetrics;

/// Answers `GET /metrics` on this socket. It serves while the server that is given is polled.
///
/// # Errors
/// The socket cannot be used.
pub fn listen(socket: TcpListener, render: RenderMetrics) -> io::Result<(Server, SocketAddr)> {
    let server = HttpServer::new(move || {
        let render = RenderMetrics::clone(&render);
        let show = move || {
            let numbers = render();
            async move {
                HttpResponse::Ok()
                    .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
                    .body(numbers)
            }
        };
        App::new().route("/metrics", web::get().to(show))
    })
    .workers(1)
    .max_connections(16)
    .shutdown_timeout(1)
    .disable_signals()
    .listen(socket)?;
    let bound = server.addrs().first().copied().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok((server.run(), bound))
}
