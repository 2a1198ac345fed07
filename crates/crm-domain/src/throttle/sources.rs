//! Where somebody signed in to an account from before.

use std::collections::BTreeMap;
use std::time::Duration;

use super::entry::{Blind, Kind, Place};
use crate::timestamp::Timestamp;

/// How many sources an account has; the one that signed in longest ago goes first.
const SOURCES: usize = 8;

/// How long a source is known that does not sign in again.
const KNOWN_FOR: Duration = Duration::from_hours(90 * 24);

/// How often it is worth keeping that a source signed in again.
const NEWS: Duration = Duration::from_hours(1);

/// One source of an account.
#[derive(Debug, Clone, Copy)]
struct Source {
    address: Blind,
    /// When it signed in last.
    seen: Timestamp,
    /// That moment as it was told last, to be kept.
    told: Option<Timestamp>,
}

/// The sources of all accounts.
#[derive(Debug)]
pub(super) struct Sources {
    accounts: BTreeMap<Blind, Vec<Source>>,
    capacity: usize,
}

impl Sources {
    /// No sources yet; of so many accounts at most.
    pub(super) fn new(capacity: usize) -> Self {
        Self { accounts: BTreeMap::new(), capacity: capacity.max(1) }
    }

    /// Whether somebody signed in to the account from there.
    pub(super) fn know(&self, owner: Blind, address: Blind, now: Timestamp) -> bool {
        self.seen(owner, address).is_some_and(|seen| !self.is_forgotten(seen, now))
    }

    /// When somebody signed in from there last.
    pub(super) fn seen(&self, owner: Blind, address: Blind) -> Option<Timestamp> {
        let mut sources = self.accounts.get(&owner)?.iter();
        sources.find(|source| source.address == address).map(|source| source.seen)
    }

    /// Whether a source that signed in then is known no more.
    #[expect(clippy::unused_self, reason = "it is asked of the sources")]
    pub(super) fn is_forgotten(&self, seen: Timestamp, now: Timestamp) -> bool {
        now.since(seen) > KNOWN_FOR
    }

    /// Whether what is known of a source is worth keeping, as far as nobody was told yet.
    pub(super) fn is_news(&mut self, owner: Blind, address: Blind) -> bool {
        let found = self.accounts.get_mut(&owner);
        let source = found.and_then(|sources| sources.iter_mut().find(|source| source.address == address));
        let Some(source) = source else {
            return false;
        };
        let is_news = source.told.is_none_or(|told| source.seen.since(told) >= NEWS);
        if is_news {
            source.told = Some(source.seen);
        }
        is_news
    }

    /// Remembers that somebody signed in from there. Tells what had to be forgotten for it.
    pub(super) fn remember(&mut self, owner: Blind, address: Blind, seen: Timestamp) -> Vec<Place> {
        let full = self.accounts.len() >= self.capacity && !self.accounts.contains_key(&owner);
        let mut forgotten = if full { self.make_room() } else { Vec::new() };
        let sources = self.accounts.entry(owner).or_default();
        if let Some(source) = sources.iter_mut().find(|source| source.address == address) {
            source.seen = source.seen.max(seen);
            return forgotten;
        }
        sources.push(Source { address, seen, told: None });
        if sources.len() > SOURCES
            && let Some(oldest) =
                (0..sources.len()).min_by_key(|at| sources.get(*at).map(|source| source.seen))
        {
            forgotten.push(place(owner, sources.swap_remove(oldest).address));
        }
        forgotten
    }

    /// Forgets the account that nobody has signed in to for the longest.
    fn make_room(&mut self) -> Vec<Place> {
        let last = |sources: &Vec<Source>| sources.iter().map(|source| source.seen).max();
        let Some(owner) =
            self.accounts.iter().min_by_key(|(_, sources)| last(sources)).map(|(owner, _)| *owner)
        else {
            return Vec::new();
        };
        let sources = self.accounts.remove(&owner).unwrap_or_default();
        sources.into_iter().map(|source| place(owner, source.address)).collect()
    }
}

fn place(owner: Blind, address: Blind) -> Place {
    Place { kind: Kind::Source, key: owner, other: address }
}
