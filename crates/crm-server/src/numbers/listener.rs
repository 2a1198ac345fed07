//! A listener for the numbers alone, which strangers cannot reach.

use std::io;
use std::net::SocketAddr;

use actix_web::dev::Server;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{App, HttpResponse, HttpServer, web};
use crm_http::state::RenderMetrics;

/// Listens at this address and answers `GET /metrics`. It serves while the server that is given is polled.
///
/// # Errors
/// The address cannot be had.
pub fn listen(address: SocketAddr, render: RenderMetrics) -> io::Result<(Server, SocketAddr)> {
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
    .bind(address)?;
    let bound = server.addrs().first().copied().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok((server.run(), bound))
}
