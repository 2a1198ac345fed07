//! How often one account, or one address without an account, may ask.
//!
//! A bucket per caller would let a caller with many addresses fill the memory. So callers share a fixed number of
//! buckets by a hash that nobody outside can predict: what is held has an upper end, and who meets whom is chance.
//!
//! An IPv6 address is counted by its /64, and all of its /56, which one client may hold, have four times as much.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use crm_app::auth::network::{network_of, wide_network_of};
use crm_domain::ids::UserId;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::options::{Rate, Rates};
use crate::route::Class;

/// Buckets per class and kind of caller.
const BUCKETS: u64 = 1 << 16;

/// Whom a request is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A signed-in user.
    Account(UserId),
    /// Anybody from an address.
    Address(Option<IpAddr>),
}

/// How much more often a wide network may ask than one of its addresses.
const NETWORK_FACTOR: u32 = 4;

/// The limits of a server.
pub(crate) struct RateLimits {
    callers: Limiters,
    networks: Limiters,
    clock: DefaultClock,
    hasher: RandomState,
}

/// One limit for each class.
struct Limiters {
    login: DefaultKeyedRateLimiter<u64>,
    read: DefaultKeyedRateLimiter<u64>,
    write: DefaultKeyedRateLimiter<u64>,
}

impl Limiters {
    /// The limits of these rates, so many times.
    fn new(rates: &Rates, factor: u32) -> Self {
        let limiter = |rate| RateLimiter::dashmap(quota(rate, factor));
        Self { login: limiter(rates.login), read: limiter(rates.read), write: limiter(rates.write) }
    }

    fn of(&self, class: Class) -> Option<&DefaultKeyedRateLimiter<u64>> {
        match class {
            Class::Login => Some(&self.login),
            Class::Read => Some(&self.read),
            Class::Write => Some(&self.write),
            Class::Service => None,
        }
    }
}

impl RateLimits {
    /// Limits at which nobody has asked yet.
    pub(crate) fn new(rates: &Rates) -> Self {
        Self {
            callers: Limiters::new(rates, 1),
            networks: Limiters::new(rates, NETWORK_FACTOR),
            clock: DefaultClock::default(),
            hasher: RandomState::new(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// How long to wait, if it came too soon.
    pub(crate) fn count(&self, class: Class, caller: Caller) -> Result<(), Duration> {
        let check = |limiters: &Limiters, bucket| match limiters.of(class) {
            Some(limiter) => {
                limiter.check_key(&bucket).map_err(|early| early.wait_time_from(self.clock.now()))
            }
            None => Ok(()),
        };
        check(&self.callers, self.bucket(caller))?;
        self.network(caller).map_or(Ok(()), |bucket| check(&self.networks, bucket))
    }

    fn bucket(&self, caller: Caller) -> u64 {
        match caller {
            Caller::Account(user) => self.hash(user) * 2,
            Caller::Address(address) => self.hash(address.map(network_of)) * 2 + 1,
        }
    }

    fn network(&self, caller: Caller) -> Option<u64> {
        match caller {
            Caller::Account(_) | Caller::Address(None) => None,
            Caller::Address(Some(address)) => wide_network_of(address).map(|network| self.hash(network)),
        }
    }

    fn hash(&self, key: impl Hash) -> u64 {
        self.hasher.hash_one(key) % BUCKETS
    }
}

fn quota(rate: Rate, factor: u32) -> Quota {
    let at_least_one =
        |number: u32| NonZeroU32::new(number.saturating_mul(factor)).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(at_least_one(rate.per_second)).allow_burst(at_least_one(rate.burst))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn limits() -> RateLimits {
        let rate = Rate { per_second: 1, burst: 2 };
        RateLimits::new(&Rates { login: rate, read: rate, write: rate })
    }

    fn account(number: u128) -> Caller {
        Caller::Account(UserId::from_uuid(Uuid::from_u128(number)))
    }

    #[test]
    fn who_asks_faster_than_allowed_is_told_how_long_to_wait() {
        let limits = limits();
        assert_eq!(limits.count(Class::Read, account(1)), Ok(()));
        assert_eq!(limits.count(Class::Read, account(1)), Ok(()));
        let wait = limits.count(Class::Read, account(1)).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
        assert_eq!(limits.count(Class::Write, account(1)), Ok(()), "classes are counted apart");
    }

    #[test]
    fn service_routes_are_never_counted() {
        let limits = limits();
        for _ in 0..100 {
            assert_eq!(limits.count(Class::Service, Caller::Address(None)), Ok(()));
        }
    }

    #[test]
    fn one_network_of_ipv6_is_one_caller() {
        let limits = limits();
        let caller = |text: &str| Caller::Address(Some(text.parse().unwrap()));
        assert_eq!(limits.bucket(caller("2001:db8::1")), limits.bucket(caller("2001:db8::ffff:2")));
        assert_ne!(limits.bucket(account(1)), limits.bucket(Caller::Address(None)));
    }

    #[test]
    fn all_sources_of_a_wide_network_have_four_times_as_much_as_one() {
        // One a day, so that nothing grows meanwhile.
        let rate = Rate { per_second: 1, burst: 2 };
        let slow = Quota::with_period(Duration::from_hours(24)).unwrap();
        let mut limits = RateLimits::new(&Rates { login: rate, read: rate, write: rate });
        limits.networks.read = RateLimiter::dashmap(slow.allow_burst(NonZeroU32::new(8).unwrap()));
        let from = |number: u32| Caller::Address(Some(format!("2001:db8:0:{number:x}::1").parse().unwrap()));
        let let_in = (0..200).filter(|number| limits.count(Class::Read, from(*number)).is_ok()).count();
        assert_eq!(let_in, 8);
        assert_eq!(limits.count(Class::Read, from(0x100)), Ok(()), "another /56");
        assert_eq!(quota(rate, NETWORK_FACTOR).burst_size().get(), 8);
    }
}
