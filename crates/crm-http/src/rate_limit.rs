//! How often one account, or one address without an account, may ask.
//!
//! A bucket per caller would let a caller with many addresses fill the memory. So callers share a fixed number of
//! buckets by a hash that nobody outside can predict: what is held has an upper end, and who meets whom is chance.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use crm_app::auth::network::network_of;
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

/// The limits of a server.
pub(crate) struct RateLimits {
    login: DefaultKeyedRateLimiter<u64>,
    read: DefaultKeyedRateLimiter<u64>,
    write: DefaultKeyedRateLimiter<u64>,
    clock: DefaultClock,
    hasher: RandomState,
}

impl RateLimits {
    /// Limits at which nobody has asked yet.
    pub(crate) fn new(rates: &Rates) -> Self {
        Self {
            login: RateLimiter::dashmap(quota(rates.login)),
            read: RateLimiter::dashmap(quota(rates.read)),
            write: RateLimiter::dashmap(quota(rates.write)),
            clock: DefaultClock::default(),
            hasher: RandomState::new(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// How long to wait, if it came too soon.
    pub(crate) fn count(&self, class: Class, caller: Caller) -> Result<(), Duration> {
        let limiter = match class {
            Class::Login => &self.login,
            Class::Read => &self.read,
            Class::Write => &self.write,
            Class::Service => return Ok(()),
        };
        limiter.check_key(&self.bucket(caller)).map_err(|early| early.wait_time_from(self.clock.now()))
    }

    fn bucket(&self, caller: Caller) -> u64 {
        match caller {
            Caller::Account(user) => self.hash(user) * 2,
            Caller::Address(address) => self.hash(address.map(network_of)) * 2 + 1,
        }
    }

    fn hash(&self, key: impl Hash) -> u64 {
        self.hasher.hash_one(key) % BUCKETS
    }
}

fn quota(rate: Rate) -> Quota {
    let at_least_one = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
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
}
