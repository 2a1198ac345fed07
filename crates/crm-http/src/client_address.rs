//! Which address a request comes from.
//!
//! That of the socket, unless the peer is a proxy of ours: then the last address in `X-Forwarded-For` that is none.
//! What stands further left was written by the client and proves nothing.

use std::net::{IpAddr, SocketAddr};

use actix_web::dev::RequestHead;
use actix_web::http::header::HeaderMap;

/// The client's address, if the connection has one.
pub(crate) fn client_address(head: &RequestHead, trusts: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let peer = head.peer_addr?.ip().to_canonical();
    Some(behind_proxies(peer, head.headers(), trusts))
}

fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusts: impl Fn(IpAddr) -> bool) -> IpAddr {
    let mut nearest = peer;
    if !trusts(peer) {
        return peer;
    }
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").filter_map(|line| line.to_str().ok()).collect();
    for entry in lines.iter().flat_map(|line| line.split(',')).rev() {
        let Some(address) = parse(entry.trim()) else {
            return nearest;
        };
        nearest = address;
        if !trusts(address) {
            return address;
        }
    }
    nearest
}

fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>()
        .or_else(|_| entry.parse::<SocketAddr>().map(|address| address.ip()))
        .ok()
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use rstest::rstest;

    use super::*;

    const PROXY: &str = "10.0.0.1";

    fn seen_from(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            let name = HeaderName::from_static("x-forwarded-for");
            headers.append(name, HeaderValue::from_str(line).unwrap());
        }
        let trusts = |address: IpAddr| address.to_string().starts_with("10.");
        behind_proxies(peer.parse().unwrap(), &headers, trusts).to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(seen_from("203.0.113.9", &["198.51.100.7"]), "203.0.113.9");
    }

    #[rstest]
    #[case(&["198.51.100.7"], "198.51.100.7")]
    #[case(&["1.2.3.4, 198.51.100.7"], "198.51.100.7")]
    #[case(&["198.51.100.7, 10.9.9.9"], "198.51.100.7")]
    #[case(&["1.2.3.4", "198.51.100.7:4711, 10.9.9.9"], "198.51.100.7")]
    #[case(&["[2001:db8::1]:443"], "2001:db8::1")]
    #[case(&["::ffff:198.51.100.7"], "198.51.100.7")]
    #[case(&["198.51.100.7, garbage"], PROXY)]
    #[case(&[], PROXY)]
    #[case(&["10.1.1.1, 10.2.2.2"], "10.1.1.1")]
    fn behind_our_proxy_the_last_stranger_is_the_client(#[case] forwarded: &[&str], #[case] client: &str) {
        assert_eq!(seen_from(PROXY, forwarded), client);
    }
}
