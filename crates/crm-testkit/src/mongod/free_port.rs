//! Ports that nobody listens on.

use std::net::TcpListener;

/// So many different ports of the loopback address that are free now.
pub(super) fn some(count: usize) -> Vec<u16> {
    let listeners: Vec<TcpListener> =
        (0..count).map(|_| TcpListener::bind(("127.0.0.1", 0)).expect("a port is free")).collect();
    listeners.iter().map(|listener| listener.local_addr().expect("it listens").port()).collect()
}
