//! Who has to wait before the next password is looked at. Only failures count.
//!
//! Whoever tries passwords is met by up to three layers. Those from one **address** may fail so often at once, and then
//! once in a while; if the address is part of a wider **network** that one client may hold (an IPv6 /56), all that comes
//! from there has four times that. Those that an **account** has never seen, its strangers, may fail a few times, then wait twice as
//! long each time; after a hundred failures in a row none of their guesses is looked at. An address from which somebody
//! **signed in to the account before** has an allowance of its own there and is held by nothing else, so that no number
//! of strangers locks the owner out; after a hundred failures in a row it is a stranger as well.
//!
//! An attempt is counted when it is let in, before anybody knows what comes of it, and forgiven if it was right or was
//! never judged. So no number of guesses at once gets past a limit. An attempt that comes while too many are looked at is
//! [`Refused::Crowded`]: it may be tried again as soon as one of them is settled. An attempt that is kept out costs nothing
//! and counts for nothing.
//!
//! Strangers' failures are forgotten when somebody signs in to the account and no stranger has tried for a day, the
//! failures of that very sign-in's own source at once. What there is of accounts that do not exist is the same.
//!
//! A clock that is set back locks nobody out: what was counted before is as long ago as it was then.
//!
//! All of this is a value: it knows no clock, no store and no secret. Accounts and addresses are [`Blind`]: hashes with
//! a key that is kept elsewhere. Each table has an upper end; when one is full, those with the fewest failures are
//! forgotten first, the longest untouched before the others. To make it forget an account with twenty failures somebody
//! would have to fail twenty times at each of thirty thousand others.

pub mod entry;
pub mod limits;
mod pace;
mod sources;
mod strangers;
mod table;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::timestamp::Timestamp;

use self::entry::{Blind, Changes, Entry, Kind, Place};
use self::limits::{Limits, Pace};
use self::sources::Sources;
use self::table::{APART, Count, Table};

/// How long strangers must have left an account alone before their failures can be forgotten, and how long they wait
/// once none of their guesses is looked at any more.
pub const QUIET: Duration = Duration::from_hours(24);

/// How many accounts, addresses and pairs of both are remembered.
const CAPACITY: usize = 32_768;

/// Marks the allowance that an account has for its own password, asked for while signed in.
const OWN: Blind = Blind::new(0x6f77_6e20_7061_7373);

/// Who tries a password, and on which account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The account as its failures are counted: another one after an admin has set its password.
    pub account: Blind,
    /// The account as its sources are remembered: always the same.
    pub owner: Blind,
    /// Where the attempt comes from.
    pub address: Blind,
    /// The wider network of that address, if it has one.
    pub network: Option<Blind>,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// The password was right.
    Right,
    /// It was wrong.
    Wrong,
    /// Nobody looked at it, or what came of it was no sign-in for another reason.
    Unjudged,
}

/// Why an attempt is not let in. It is not counted, and its password must not be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Too many have failed: the next may come after so long.
    Wait(Duration),
    /// So many attempts at this place (an address, a network, an account, or a source of it) are looked at right now
    /// that, if all of them failed, it would be too many. One more may pass as soon as one of them is settled and was
    /// right.
    Crowded(Place),
}

/// An attempt that was let in and is counted as a failure until it is settled. One that never is stays one.
#[derive(Debug)]
#[must_use = "an attempt that is not settled counts as a failure"]
pub struct Ticket {
    claim: Claim,
    way: Way,
    at: Timestamp,
}

impl Ticket {
    /// Where the attempt is counted. Settling it may let another one pass that was [`Refused::Crowded`] there.
    pub fn places(&self) -> impl Iterator<Item = Place> + use<> {
        let claim = self.claim;
        let by_account = match self.way {
            Way::Known => Some(Place::of(Kind::Known, claim.account.with(claim.address))),
            Way::Stranger(_) => Some(Place::of(Kind::Stranger, claim.account)),
            Way::Own => Some(Place::of(Kind::Known, claim.account.with(OWN))),
            Way::Address => None,
        };
        let by_address = match self.way {
            Way::Known | Way::Stranger(_) | Way::Address => [Some(claim.address), claim.network],
            Way::Own => [None, None],
        };
        let by_address = by_address.into_iter().flatten().map(|key| Place::of(Kind::Address, key));
        by_account.into_iter().chain(by_address)
    }
}

/// By which layer an attempt was let in.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// As a source that signed in before.
    Known,
    /// As a stranger; with what was counted of them before.
    Stranger(Option<Count>),
    /// By its address alone.
    Address,
    /// As somebody who is signed in.
    Own,
}

/// Everything that is counted.
#[derive(Debug)]
pub struct Throttle {
    limits: Limits,
    addresses: Table,
    strangers: Table,
    known: Table,
    sources: Sources,
    changed: BTreeSet<Place>,
    gone: BTreeSet<Place>,
}

impl Throttle {
    /// Nothing counted yet.
    pub fn new(limits: Limits) -> Self {
        Self::with_capacity(limits, CAPACITY)
    }

    fn with_capacity(limits: Limits, capacity: usize) -> Self {
        Self {
            limits,
            addresses: Table::new(capacity),
            strangers: Table::new(capacity),
            known: Table::new(capacity),
            sources: Sources::new(capacity),
            changed: BTreeSet::new(),
            gone: BTreeSet::new(),
        }
    }

    /// Lets an attempt to sign in pass and counts it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn admit(&mut self, claim: Claim, now: Timestamp) -> Result<Ticket, Refused> {
        let pair = claim.account.with(claim.address);
        let failed = self.known.get(pair).map_or(0, |count| count.failures);
        if failed < self.limits.stranger.most && self.sources.know(claim.owner, claim.address, now) {
            let pace = self.limits.known;
            pace::check(Place::of(Kind::Known, pair), self.known.as_of(pair, now), pace, now)?;
            self.count(Kind::Known, pair, now, |count| pace::charge(count, pace, now));
            self.charge_addresses(claim, now);
            return Ok(Ticket { claim, way: Way::Known, at: now });
        }
        let before = self.strangers.as_of(claim.account, now).copied();
        let address = self.check_addresses(claim, now);
        let place = Place::of(Kind::Stranger, claim.account);
        let account = strangers::check(place, before.as_ref(), self.limits.stranger, now);
        if let Err(refused) = the_worse(address, account) {
            self.strangers_are_still_there(claim.account, now);
            return Err(refused);
        }
        self.count(Kind::Stranger, claim.account, now, |count| strangers::charge(count, now));
        self.charge_addresses(claim, now);
        Ok(Ticket { claim, way: Way::Stranger(before), at: now })
    }

    /// Lets an attempt pass that is about no account, and counts it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn admit_address(
        &mut self,
        address: Blind,
        network: Option<Blind>,
        now: Timestamp,
    ) -> Result<Ticket, Refused> {
        let claim = Claim { account: address, owner: address, address, network };
        self.check_addresses(claim, now)?;
        self.charge_addresses(claim, now);
        Ok(Ticket { claim, way: Way::Address, at: now })
    }

    /// Lets somebody who is signed in to this account try its password, and counts it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn admit_own(&mut self, account: Blind, now: Timestamp) -> Result<Ticket, Refused> {
        let (own, pace) = (account.with(OWN), self.limits.known);
        let count = self.known.as_of(own, now);
        if count.is_some_and(|count| count.failures >= self.limits.stranger.most) {
            return Err(Refused::Wait(QUIET));
        }
        pace::check(Place::of(Kind::Known, own), count, pace, now)?;
        self.count(Kind::Known, own, now, |count| pace::charge(count, pace, now));
        let claim = Claim { account, owner: account, address: account, network: None };
        Ok(Ticket { claim, way: Way::Own, at: now })
    }

    /// Takes note of what came of an attempt.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is settled once")]
    pub fn settle(&mut self, ticket: Ticket, judgement: Judgement, now: Timestamp) {
        match judgement {
            Judgement::Wrong => self.confirm(&ticket, now),
            Judgement::Unjudged => self.refund(&ticket, now),
            Judgement::Right => {
                self.refund(&ticket, now);
                self.reward(&ticket, now);
            }
        }
    }

    /// What was changed since this was asked last, to be kept.
    pub fn take_changes(&mut self) -> Changes {
        let changed = std::mem::take(&mut self.changed);
        let entries = changed.into_iter().filter_map(|place| self.entry(place)).collect();
        Changes { entries, gone: std::mem::take(&mut self.gone).into_iter().collect() }
    }

    /// Takes changes back that could not be kept.
    pub fn put_back(&mut self, changes: &Changes) {
        self.changed.extend(changes.entries.iter().map(|entry| entry.place));
        self.gone.extend(changes.gone.iter().copied().filter(|place| !self.changed.contains(place)));
    }

    /// Takes over what was kept, by this server or another, where it is newer than what is known here.
    pub fn take_over(&mut self, entries: impl IntoIterator<Item = Entry>, now: Timestamp) {
        for entry in entries {
            self.take_over_one(entry, now);
        }
    }

    fn take_over_one(&mut self, entry: Entry, now: Timestamp) {
        let Place { kind, key, other } = entry.place;
        let mut count = Count { failures: entry.failures, in_flight: 0, mark: entry.mark, at: entry.at };
        let evicted: Vec<Place> = match kind {
            Kind::Source => {
                if self.sources.is_forgotten(entry.mark, now) {
                    self.gone.insert(entry.place);
                    return;
                }
                self.sources.remember(key, other, entry.mark)
            }
            Kind::Address | Kind::Stranger | Kind::Known => {
                let is_old = |known: &Count| known.at >= count.at || count.at.since(now) > APART;
                if self.table(kind).get(key).is_some_and(is_old) {
                    return;
                }
                count = count.as_of(now);
                let counts = count.failures > 0 && kind != Kind::Address;
                if !counts && count.mark <= now && self.table(kind).get(key).is_none() {
                    self.gone.insert(entry.place);
                    return;
                }
                count.in_flight = self.table(kind).get(key).map_or(0, |known| known.in_flight);
                let evicted = self.table_mut(kind).put(key, count);
                evicted.into_iter().map(|key| Place::of(kind, key)).collect()
            }
        };
        self.forget(evicted);
    }

    /// Leaves the attempt counted as what it was let in as.
    fn confirm(&mut self, ticket: &Ticket, now: Timestamp) {
        for Place { kind, key, .. } in ticket.places() {
            self.count(kind, key, now, Count::confirm);
        }
    }

    /// Forgives the attempt that was counted when it was let in.
    fn refund(&mut self, ticket: &Ticket, now: Timestamp) {
        let before = match &ticket.way {
            Way::Stranger(before) => before.as_ref(),
            Way::Known | Way::Address | Way::Own => None,
        };
        for Place { kind, key, .. } in ticket.places() {
            let pace = match kind {
                Kind::Address if ticket.claim.network == Some(key) => self.limits.network(),
                Kind::Address => self.limits.address,
                Kind::Stranger | Kind::Known | Kind::Source => self.limits.known,
            };
            self.count(kind, key, now, |count| match kind {
                Kind::Stranger => strangers::refund(count, before, ticket.at),
                Kind::Address | Kind::Known | Kind::Source => pace::refund(count, pace, now),
            });
        }
    }

    /// A right password speaks for the source it came from, and for the account once strangers have left it alone.
    fn reward(&mut self, ticket: &Ticket, now: Timestamp) {
        let claim = ticket.claim;
        let seen = match ticket.way {
            Way::Address => return,
            Way::Own => {
                self.clear(Kind::Known, claim.account.with(OWN), now);
                return;
            }
            Way::Known => self.strangers.get(claim.account).map(|count| count.at),
            Way::Stranger(before) => before.map(|count| count.at),
        };
        self.clear(Kind::Known, claim.account.with(claim.address), now);
        self.clear(Kind::Known, claim.account.with(OWN), now);
        if seen.is_none_or(|seen| now.since(seen) >= QUIET) {
            self.clear(Kind::Stranger, claim.account, now);
        }
        let evicted = self.sources.remember(claim.owner, claim.address, now);
        if self.sources.is_news(claim.owner, claim.address) {
            self.changed.insert(Place { kind: Kind::Source, key: claim.owner, other: claim.address });
        }
        self.forget(evicted);
    }

    /// Where the attempt comes from, each with what it may fail.
    fn addresses_of(&self, claim: Claim) -> impl Iterator<Item = (Blind, Pace)> + use<> {
        let network = claim.network.map(|network| (network, self.limits.network()));
        std::iter::once((claim.address, self.limits.address)).chain(network)
    }

    fn check_addresses(&mut self, claim: Claim, now: Timestamp) -> Result<(), Refused> {
        let mut worst = Ok(());
        for (key, pace) in self.addresses_of(claim) {
            let count = self.addresses.as_of(key, now);
            worst = the_worse(worst, pace::check(Place::of(Kind::Address, key), count, pace, now));
        }
        worst
    }

    fn charge_addresses(&mut self, claim: Claim, now: Timestamp) {
        for (key, pace) in self.addresses_of(claim) {
            self.count(Kind::Address, key, now, |count| {
                // What an address has slept off is not held against it when the table is full.
                if count.mark <= now {
                    count.failures = count.in_flight;
                }
                pace::charge(count, pace, now);
            });
        }
    }

    /// Notes that strangers go on, so that the account does not come to rest under them; once a minute is enough.
    fn strangers_are_still_there(&mut self, account: Blind, now: Timestamp) {
        const OFTEN: Duration = Duration::from_mins(1);
        if self.strangers.get(account).is_some_and(|count| now.since(count.at) >= OFTEN) {
            self.count(Kind::Stranger, account, now, |count| count.at = now);
        }
    }

    /// Forgets what is known; what is in flight is counted on.
    fn clear(&mut self, kind: Kind, key: Blind, now: Timestamp) {
        if self.table(kind).get(key).is_some_and(|count| count.failures > 0 || count.mark > now) {
            self.count(kind, key, now, |count| {
                count.failures = count.in_flight;
                count.at = now;
                if count.in_flight == 0 {
                    count.mark = Timestamp::MIN;
                }
            });
        }
    }

    fn count(&mut self, kind: Kind, key: Blind, now: Timestamp, change: impl FnOnce(&mut Count)) {
        let evicted = self.table_mut(kind).change(key, now, change);
        self.forget(evicted.into_iter().map(|key| Place::of(kind, key)).collect());
        self.changed.insert(Place::of(kind, key));
        self.gone.remove(&Place::of(kind, key));
    }

    fn forget(&mut self, evicted: Vec<Place>) {
        for place in evicted {
            self.changed.remove(&place);
            self.gone.insert(place);
        }
    }

    fn entry(&self, place: Place) -> Option<Entry> {
        if place.kind == Kind::Source {
            let mark = self.sources.seen(place.key, place.other)?;
            return Some(Entry { place, failures: 0, mark, at: mark });
        }
        let Count { failures, mark, at, .. } = *self.table(place.kind).get(place.key)?;
        Some(Entry { place, failures, mark, at })
    }

    fn table(&self, kind: Kind) -> &Table {
        match kind {
            Kind::Address => &self.addresses,
            Kind::Stranger => &self.strangers,
            Kind::Known | Kind::Source => &self.known,
        }
    }

    fn table_mut(&mut self, kind: Kind) -> &mut Table {
        match kind {
            Kind::Address => &mut self.addresses,
            Kind::Stranger => &mut self.strangers,
            Kind::Known | Kind::Source => &mut self.known,
        }
    }
}

fn the_worse(one: Result<(), Refused>, other: Result<(), Refused>) -> Result<(), Refused> {
    match (one, other) {
        (Err(Refused::Wait(one)), Err(Refused::Wait(other))) => Err(Refused::Wait(one.max(other))),
        (Err(Refused::Wait(wait)), _) | (_, Err(Refused::Wait(wait))) => Err(Refused::Wait(wait)),
        (Err(Refused::Crowded(place)), _) | (_, Err(Refused::Crowded(place))) => Err(Refused::Crowded(place)),
        (Ok(()), Ok(())) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
