//! How a server is reached from the machine it runs on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where a client on this machine reaches who listens here: "everywhere" is the machine itself too.
pub fn on_this_machine(address: SocketAddr) -> SocketAddr {
    let host: IpAddr = match address.ip() {
        IpAddr::V4(host) if host.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(host) if host.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        host @ (IpAddr::V4(_) | IpAddr::V6(_)) => host,
    };
    SocketAddr::new(host, address.port())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0.0.0.0:3000", "127.0.0.1:3000")]
    #[case("[::]:3000", "[::1]:3000")]
    #[case("192.0.2.7:80", "192.0.2.7:80")]
    fn everywhere_is_here_too(#[case] listens: SocketAddr, #[case] reached: SocketAddr) {
        assert_eq!(on_this_machine(listens), reached);
    }
}
