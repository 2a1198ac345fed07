//! A network address block (RFC 4632), such as `10.0.0.0/8`: which peers are proxies of ours.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a network must be, for error texts.
pub(super) const EXPECTED: &str = "an address, a block such as 10.0.0.0/8, or private";

/// Stands for [`PRIVATE`] in a list of networks.
const PRIVATE_NAME: &str = "private";

/// Addresses that no client on the internet has: private (RFC 1918, RFC 4193), loopback and link-local ones.
const PRIVATE: [Network; 8] = [
    Network::v4([10, 0, 0, 0], 8),
    Network::v4([172, 16, 0, 0], 12),
    Network::v4([192, 168, 0, 0], 16),
    Network::v4([127, 0, 0, 0], 8),
    Network::v4([169, 254, 0, 0], 16),
    Network { address: IpAddr::V6(Ipv6Addr::LOCALHOST), bits: 128 },
    Network::v6(0xfc00, 7),
    Network::v6(0xfe80, 10),
];

/// All addresses that begin with the same bits. One address is a block of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits }
    }

    const fn v6(first: u16, bits: u8) -> Self {
        Self { address: IpAddr::V6(Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, 0)), bits }
    }

    /// Reads an element of a list of networks: one network, or `private` for all private ones.
    pub(super) fn parse_element(text: &str) -> Option<Vec<Self>> {
        if text == PRIVATE_NAME {
            Some(PRIVATE.to_vec())
        } else {
            Self::parse(text).map(|network| vec![network])
        }
    }

    /// Whether every address of the family lies within.
    pub fn is_everything(self) -> bool {
        self.bits == 0
    }

    /// Reads an address, or an address and the number of its leading bits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().ok()?;
        let width = width(address);
        let bits = bits.map_or(Some(width), |bits| bits.parse().ok())?;
        (bits <= width).then_some(Self { address, bits })
    }

    /// Whether the address lies within. An IPv4 address written as IPv6 is that IPv4 address.
    pub fn contains(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let free = u32::from(width(self.address).saturating_sub(self.bits));
        // A shift by the whole width has no value: then every bit is free and every address of the family fits.
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                own.to_bits().checked_shr(free) == other.to_bits().checked_shr(free)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                own.to_bits().checked_shr(free) == other.to_bits().checked_shr(free)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("10.0.0.0/8", "10.200.3.4", true)]
    #[case("10.0.0.0/8", "11.0.0.1", false)]
    #[case("10.0.0.0/8", "::ffff:10.1.1.1", true)]
    #[case("127.0.0.1", "127.0.0.1", true)]
    #[case("127.0.0.1", "127.0.0.2", false)]
    #[case("0.0.0.0/0", "203.0.113.9", true)]
    #[case("0.0.0.0/0", "2001:db8::1", false)]
    #[case("2001:db8::/32", "2001:db8:7::1", true)]
    #[case("::/0", "2001:db8::1", true)]
    fn a_block_holds_the_addresses_that_begin_alike(
        #[case] block: &str,
        #[case] address: IpAddr,
        #[case] within: bool,
    ) {
        assert_eq!(Network::parse(block).unwrap().contains(address), within);
    }

    #[rstest]
    #[case("10.9.8.7", true)]
    #[case("172.16.0.1", true)]
    #[case("172.31.255.255", true)]
    #[case("172.32.0.1", false)]
    #[case("192.168.1.1", true)]
    #[case("127.0.0.1", true)]
    #[case("169.254.10.1", true)]
    #[case("::ffff:172.18.0.3", true)]
    #[case("::1", true)]
    #[case("fd12:3456::1", true)]
    #[case("fe80::1", true)]
    #[case("100.64.0.1", false)]
    #[case("203.0.113.9", false)]
    #[case("2001:db8::1", false)]
    fn private_is_every_address_that_no_client_on_the_internet_has(
        #[case] address: IpAddr,
        #[case] within: bool,
    ) {
        let networks = Network::parse_element("private").unwrap();
        assert_eq!(networks.iter().any(|network| network.contains(address)), within);
    }

    #[rstest]
    #[case("10.0.0.0/33")]
    #[case("10.0.0.0/")]
    #[case("proxy.local")]
    fn what_is_no_block_is_refused(#[case] text: &str) {
        assert_eq!(Network::parse(text), None);
    }
}
