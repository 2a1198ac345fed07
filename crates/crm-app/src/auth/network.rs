//! Which addresses are one source, and which sources one client may hold.

use std::net::IpAddr;

/// The source that an address belongs to: a whole IPv6 /64 counts as one, since that is what one household is given.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    }
}

/// The wider network of an IPv6 address: the /56 that many providers give to one customer, who has 256 sources in it.
/// An IPv4 address has none.
pub fn wide_network_of(address: IpAddr) -> Option<IpAddr> {
    match address.to_canonical() {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => Some(IpAddr::V6((v6.to_bits() >> 72 << 72).into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> String {
        network_of(text.parse().unwrap()).to_string()
    }

    #[test]
    fn a_household_is_one_source() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn the_sources_of_a_slash_56_are_one_network() {
        let wide = |text: &str| wide_network_of(text.parse().unwrap()).map(|network| network.to_string());
        assert_eq!(wide("2001:db8:1:2ff:3:4:5:6").as_deref(), Some("2001:db8:1:200::"));
        assert_eq!(wide("2001:db8:1:300::").as_deref(), Some("2001:db8:1:300::"));
        assert_eq!((wide("192.0.2.7"), wide("::ffff:192.0.2.7")), (None, None));
    }
}
