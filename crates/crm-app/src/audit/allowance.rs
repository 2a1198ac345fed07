//! How many refusals the audit log takes: of each kind, and of each kind from one network.
//!
//! A flood of one kind leaves the other kinds alone, and a flood from one network those of others. Both allowances grow
//! with the time, up to an upper end. What is held in memory has one too.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use crm_domain::audit::AuditKind;
use crm_domain::timestamp::Timestamp;

use crate::auth::network::{network_of, wide_network_of};

/// How many different events of one kind are taken at once, after a quiet time.
pub const BURST: u32 = 1_000;

/// How many of one kind a second are taken in the long run.
pub const PER_SECOND: u32 = 10;

/// How many of one kind from one network are taken at once, after a quiet time.
pub const NETWORK_BURST: u32 = 200;

/// How many of one kind from one network a second are taken in the long run.
pub const NETWORK_PER_SECOND: u32 = 2;

/// For how many networks it is remembered how much they have left, each kind apart. Who is forgotten has a full allowance
/// again, within that of the kind.
pub const MOST_NETWORKS: usize = 4_096;

const OF_A_KIND: Limit = Limit { burst: BURST, per_second: PER_SECOND };
const OF_A_NETWORK: Limit = Limit { burst: NETWORK_BURST, per_second: NETWORK_PER_SECOND };

/// A network that has an allowance of its own: an IPv4 address, an IPv6 /56, or all that has no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Network(Option<IpAddr>);

impl Network {
    /// The network of an address as events have it.
    pub(super) fn of(address: Option<&str>) -> Self {
        let address = address.and_then(|address| address.parse::<IpAddr>().ok());
        Self(address.map(|address| wide_network_of(address).unwrap_or_else(|| network_of(address))))
    }
}

/// What is left, by kind and network.
#[derive(Debug, Default)]
pub(super) struct Allowances {
    kinds: BTreeMap<AuditKind, Allowance>,
    networks: HashMap<(AuditKind, Network), Allowance>,
}

#[derive(Debug, Clone, Copy)]
struct Limit {
    burst: u32,
    per_second: u32,
}

/// How many more events are taken, in thousandths, and as of when.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    thousandths: u64,
    since: Timestamp,
}

const ONE: u64 = 1_000;

impl Allowances {
    /// Whether one more event of this kind from this network is taken.
    pub(super) fn spend(&mut self, kind: AuditKind, network: Network, now: Timestamp) -> bool {
        if self.networks.len() >= MOST_NETWORKS && !self.networks.contains_key(&(kind, network)) {
            self.make_room(now);
        }
        let of_kind = self.kinds.entry(kind).or_insert_with(|| Allowance::full(OF_A_KIND, now));
        let of_network =
            self.networks.entry((kind, network)).or_insert_with(|| Allowance::full(OF_A_NETWORK, now));
        of_kind.grow(OF_A_KIND, now);
        of_network.grow(OF_A_NETWORK, now);
        let enough = of_kind.thousandths >= ONE && of_network.thousandths >= ONE;
        if enough {
            of_kind.thousandths -= ONE;
            of_network.thousandths -= ONE;
        }
        enough
    }

    /// Forgets those that are full again, and a sixteenth of all, those that have most left, if that is not enough.
    fn make_room(&mut self, now: Timestamp) {
        for allowance in self.networks.values_mut() {
            allowance.grow(OF_A_NETWORK, now);
        }
        self.networks.retain(|_, allowance| allowance.thousandths < OF_A_NETWORK.full());
        let too_many = (self.networks.len() + MOST_NETWORKS / 16).saturating_sub(MOST_NETWORKS);
        if too_many > 0 {
            let mut left: Vec<u64> = self.networks.values().map(|allowance| allowance.thousandths).collect();
            left.sort_unstable_by(|one, other| other.cmp(one));
            let most_left = left.get(too_many - 1).copied().unwrap_or_default();
            self.networks.retain(|_, allowance| allowance.thousandths < most_left);
        }
    }
}

impl Limit {
    fn full(self) -> u64 {
        u64::from(self.burst) * ONE
    }
}

impl Allowance {
    fn full(limit: Limit, now: Timestamp) -> Self {
        Self { thousandths: limit.full(), since: now }
    }

    fn grow(&mut self, limit: Limit, now: Timestamp) {
        let passed = u64::try_from(now.since(self.since).as_millis()).unwrap_or(u64::MAX);
        let grown = passed.saturating_mul(u64::from(limit.per_second));
        self.thousandths = self.thousandths.saturating_add(grown).min(limit.full());
        self.since = self.since.later_of(now);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const JUNK: AuditKind = AuditKind::AccessRefused;

    fn start() -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000).unwrap()
    }

    /// How many of so many tries are taken.
    fn taken(allowances: &mut Allowances, kind: AuditKind, address: &str, tries: u32, now: Timestamp) -> u32 {
        let network = Network::of(Some(address));
        (0..tries).map(|_| u32::from(allowances.spend(kind, network, now))).sum()
    }

    #[test]
    fn a_network_has_its_own_allowance_and_so_has_each_kind() {
        let mut allowances = Allowances::default();
        assert_eq!(taken(&mut allowances, JUNK, "192.0.2.1", 10_000, start()), NETWORK_BURST);
        assert_eq!(taken(&mut allowances, JUNK, "192.0.2.2", 1, start()), 1, "another address");
        assert_eq!(
            taken(&mut allowances, AuditKind::SignInFailed, "192.0.2.1", 1, start()),
            1,
            "another kind"
        );
        let later = start().plus(Duration::from_secs(5));
        assert_eq!(taken(&mut allowances, JUNK, "192.0.2.1", 100, later), 5 * NETWORK_PER_SECOND);
        assert_eq!(Network::of(Some("2001:db8:1:1::1")), Network::of(Some("2001:db8:1:2::1")), "one /56");
        assert_ne!(Network::of(Some("2001:db8:1:1::1")), Network::of(Some("2001:db8:1:100::1")));
        assert_eq!(Network::of(None), Network::of(Some("a local socket")));
    }

    #[test]
    fn many_networks_together_have_that_of_the_kind_and_leave_other_kinds_alone() {
        let mut allowances = Allowances::default();
        let mut all = 0;
        for number in 0..3_000_u32 {
            let address = std::net::Ipv4Addr::from(0x0a00_0000 + number).to_string();
            all += taken(&mut allowances, JUNK, &address, 1, start());
        }
        assert_eq!(all, BURST);
        assert_eq!(taken(&mut allowances, AuditKind::SignInFailed, "10.0.0.1", 1, start()), 1);
    }

    #[test]
    fn memory_has_an_upper_end_and_who_spent_most_is_remembered() {
        let mut allowances = Allowances::default();
        taken(&mut allowances, JUNK, "192.0.2.1", NETWORK_BURST, start());
        for number in 0..20_000_u32 {
            let address = std::net::Ipv4Addr::from(0x0a00_0000 + number).to_string();
            taken(&mut allowances, JUNK, &address, 2, start().plus(Duration::from_millis(10)));
            assert!(allowances.networks.len() <= MOST_NETWORKS);
        }
        let later = start().plus(Duration::from_millis(510));
        assert_eq!(taken(&mut allowances, JUNK, "192.0.2.1", 5, later), 1, "what has grown meanwhile");
        // What is full again needs no memory.
        allowances.make_room(start().plus(Duration::from_hours(1)));
        assert_eq!(allowances.networks.len(), 0);
    }
}
