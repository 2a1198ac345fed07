//! Which address a request comes from.
//!
//! That of the socket, unless the peer is a trusted proxy: then the right-most address in `X-Forwarded-For` that is not
//! trusted. What stands further left was written by the client and proves nothing.

use std::net::{IpAddr, SocketAddr};

use actix_web::dev::RequestHead;
use actix_web::http::header::{HeaderMap, HeaderValue};

use crate::state::HttpState;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The client's address, if the connection has one. The first `X-Forwarded-For` of a peer that is not trusted is logged,
/// since it may be a proxy that nobody declared: all its clients would share one address.
pub(crate) fn client_address(head: &RequestHead, state: &HttpState) -> Option<IpAddr> {
    let peer = head.peer_addr?.ip().to_canonical();
    let trusts = &state.options().trusts_proxy;
    if !trusts(peer) && head.headers().contains_key(FORWARDED_FOR) && state.is_first_untrusted_proxy() {
        tracing::warn!(
            %peer,
            setting = "server.trusted_proxies",
            "ignoring X-Forwarded-For of a peer that is not in server.trusted_proxies; if the peer is a proxy, all its \
             clients share its address until it is listed there; this is logged once"
        );
    }
    Some(behind_proxies(peer, head.headers(), &**trusts))
}

fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusts: impl Fn(IpAddr) -> bool) -> IpAddr {
    let mut nearest = peer;
    if !trusts(peer) {
        return peer;
    }
    // As bytes: a line that is skipped because it is no text would make one further left, written by the client, count.
    let lines: Vec<&[u8]> = headers.get_all(FORWARDED_FOR).map(HeaderValue::as_bytes).collect();
    let entries = lines.iter().flat_map(|line| line.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    // Empty elements of a list do not count (RFC 9110, section 5.6.1).
    for entry in entries.filter(|entry| !entry.is_empty()).rev() {
        let Some(address) = parse(entry) else {
            return nearest;
        };
        nearest = address;
        if !trusts(address) {
            return address;
        }
    }
    nearest
}

/// An address, also with a port, in the forms `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` and
/// `[2001:db8::1]:80`.
fn parse(entry: &[u8]) -> Option<IpAddr> {
    let entry = str::from_utf8(entry).ok()?;
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    bare.parse::<IpAddr>()
        .or_else(|_| entry.parse::<SocketAddr>().map(|address| address.ip()))
        .ok()
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;
    use rstest::rstest;

    use super::*;

    const PROXY: &str = "10.0.0.1";

    fn seen_from(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            let name = HeaderName::from_static("x-forwarded-for");
            headers.append(name, HeaderValue::from_bytes(line.as_bytes()).unwrap());
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
    #[case(&["[2001:db8::1]"], "2001:db8::1")]
    #[case(&["2001:db8::1"], "2001:db8::1")]
    #[case(&["198.51.100.7, , "], "198.51.100.7")]
    #[case(&["1.2.3.4, 198.51.100.7, 10.3.3.3:80, 10.4.4.4"], "198.51.100.7")]
    #[case(&["198.51.100.7, garbage"], PROXY)]
    #[case(&["1.2.3.4", "garbagé"], PROXY)]
    #[case(&["1.2.3.4", "garbagé, 198.51.100.7"], "198.51.100.7")]
    #[case(&["198.51.100.7, fe80::1%eth0"], PROXY)]
    #[case(&[], PROXY)]
    #[case(&["10.1.1.1, 10.2.2.2"], "10.1.1.1")]
    fn behind_our_proxy_the_last_stranger_is_the_client(#[case] forwarded: &[&str], #[case] client: &str) {
        assert_eq!(seen_from(PROXY, forwarded), client);
    }
}
