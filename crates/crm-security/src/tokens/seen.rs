//! Access tokens whose signature was found good before.
//!
//! A client shows one token many times. What a signature says does not change while the key is in the ring, so it is
//! checked once; the times of the claims are checked whenever the token is shown. Tokens are known by their SHA-256
//! alone: none is kept, and how long comparing takes tells nobody how much of a guess is right.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use sha2::{Digest, Sha256};

use super::claims::Claims;

/// How many tokens are remembered at most, which takes some 200 KiB.
const SLOTS: u16 = 1_024;

/// What a token is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark([u8; 32]);

/// A token and what it claims.
#[derive(Debug)]
struct Known {
    mark: Mark,
    claims: Claims,
}

/// A bounded memory that nobody waits for: each token has one slot, and takes it from whoever had it before.
#[derive(Debug)]
pub(super) struct Seen {
    slots: Box<[ArcSwapOption<Known>]>,
}

impl Mark {
    /// That of this token.
    pub(super) fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    fn slot(self) -> usize {
        let Self([first, second, ..]) = self;
        usize::from(u16::from_le_bytes([first, second]) % SLOTS)
    }
}

impl Seen {
    /// None so far.
    pub(super) fn new() -> Self {
        Self { slots: (0..SLOTS).map(|_| ArcSwapOption::empty()).collect() }
    }

    /// What the token with this mark claims, if its signature was found good.
    pub(super) fn claims(&self, mark: Mark) -> Option<Claims> {
        let known = self.slots.get(mark.slot())?.load();
        known.as_deref().filter(|known| known.mark == mark).map(|known| known.claims)
    }

    /// Remembers a token with a good signature.
    pub(super) fn remember(&self, mark: Mark, claims: Claims) {
        if let Some(slot) = self.slots.get(mark.slot()) {
            slot.store(Some(Arc::new(Known { mark, claims })));
        }
    }
}

#[cfg(test)]
mod tests {
    use crm_app::ports::tokens::AccessClaims;
    use crm_domain::ids::{SessionId, UserId};
    use crm_domain::timestamp::Timestamp;
    use std::time::Duration;
    use uuid::Uuid;

    use super::*;
    use crate::tokens::claims::Written;

    fn claims(number: u128) -> Claims {
        let claims = AccessClaims {
            user: UserId::from_uuid(Uuid::from_u128(number)),
            session: SessionId::from_uuid(Uuid::from_u128(number)),
            access_version: 1,
        };
        let written = Written::issued(&claims, Timestamp::MIN, Duration::from_mins(15));
        Claims::read(&serde_json::to_vec(&written).unwrap()).unwrap()
    }

    #[test]
    fn what_shares_a_slot_takes_it_and_is_never_taken_for_the_other() {
        let seen = Seen::new();
        let first = Mark::of("first");
        let rival = (0_u32..).map(|number| Mark::of(&number.to_string()));
        let rival = rival.into_iter().find(|mark| mark.slot() == first.slot()).unwrap();
        seen.remember(first, claims(1));
        assert_eq!(seen.claims(first), Some(claims(1)));
        assert_eq!(seen.claims(rival), None);
        seen.remember(rival, claims(2));
        assert_eq!((seen.claims(first), seen.claims(rival)), (None, Some(claims(2))));
    }

    #[test]
    fn no_more_are_remembered_than_there_are_slots() {
        let seen = Seen::new();
        let marks: Vec<Mark> = (0..5_000).map(|number| Mark::of(&format!("{number}"))).collect();
        for mark in &marks {
            seen.remember(*mark, claims(3));
        }
        let left = marks.iter().filter(|mark| seen.claims(**mark).is_some()).count();
        assert!((900..=usize::from(SLOTS)).contains(&left), "{left}");
    }
}
