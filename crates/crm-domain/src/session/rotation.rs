//! Which refresh tokens of a session are good: rotation that no client needs to know of.
//!
//! ```text
//!   in use ──┬─ successor 1   minted when the token in use was shown
//!            ├─ successor 2   minted when it was shown again, more than WINDOW later
//!            └─ successor 3   …
//!                  │
//!                  ▼ the first of them to be shown is in use from then on; its parent and siblings are dead
//! ```
//!
//! A client that never stores a successor goes on with the token in use. One whose answer was lost shows it again and
//! gets a successor. A dead token means that two hold tokens of one session, and one of them stole it; except that two
//! tabs of one client may have asked at the same moment: within [`WINDOW`] of the confirmation, from the device that
//! confirmed, a dead token gets the successor that the tab should have waited for.
//!
//! What is kept is this one value, however often a session is renewed. A token says its session and its
//! [`TokenPlace`], and is signed; so nothing that is kept here is worth stealing.

use std::time::Duration;

use crate::ids::SessionId;
use crate::timestamp::Timestamp;

/// How long the same successor is given out, and how long after a confirmation a dead token may be a race.
///
/// While a clock that was set back has not caught up, the time since then counts as none at all.
pub const WINDOW: Duration = Duration::from_secs(10);

/// Which token of its session a refresh token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenPlace {
    /// How many tokens came into use before it.
    pub generation: u32,
    /// Which of the successors of one token it is, from 1; 0 for the first token of a session.
    pub sibling: u32,
}

/// What a refresh token says, once its signature was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefreshClaim {
    /// The session.
    pub session: SessionId,
    /// Which of its tokens.
    pub place: TokenPlace,
}

/// What a device is recognised by, for as long as a race lasts: a keyed hash of its address and what it calls itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceMark(pub [u8; 16]);

/// Which tokens of a session are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// The token in use.
    pub in_use: TokenPlace,
    /// How it came into use; the first token of a session is in use from the start.
    pub confirmed: Option<Confirmation>,
    /// The last successor that was minted for it.
    pub successor: Option<Minted>,
}

/// How a successor came into use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    /// When it was first shown.
    pub at: Timestamp,
    /// Who showed it.
    pub by: DeviceMark,
}

/// A successor of the token in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minted {
    /// Which it is, from 1.
    pub sibling: u32,
    /// When it was minted.
    pub at: Timestamp,
}

/// What comes of a token that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// It, or what has replaced it just now, was in use before. The answer is this successor.
    Again(Rotation, TokenPlace),
    /// A successor was shown first and is in use from now on. The answer is its successor.
    First(Rotation, TokenPlace),
    /// It is dead.
    Theft,
}

impl TokenPlace {
    /// The first token of a session.
    pub const FIRST: Self = Self { generation: 0, sibling: 0 };
}

impl Rotation {
    /// As a session begins.
    pub const BEGUN: Self = Self { in_use: TokenPlace::FIRST, confirmed: None, successor: None };

    /// What comes of the token at `place`.
    ///
    /// A token of a later generation than the one in use is a successor. One further ahead than that can only have been
    /// minted by a store that was since put back to an older state; it is taken for what it says.
    pub fn present(self, place: TokenPlace, device: DeviceMark, now: Timestamp) -> Presented {
        if place == self.in_use {
            let (rotation, successor) = self.mint(now);
            return Presented::Again(rotation, successor);
        }
        if place.generation > self.in_use.generation {
            let confirmed = Some(Confirmation { at: now, by: device });
            let (rotation, successor) = Self { in_use: place, confirmed, successor: None }.mint(now);
            return Presented::First(rotation, successor);
        }
        match self.confirmed {
            Some(confirmed) if confirmed.by == device && is_within(confirmed.at, now) => {
                let (rotation, successor) = self.mint(now);
                Presented::Again(rotation, successor)
            }
            Some(_) | None => Presented::Theft,
        }
    }

    /// The successor to answer with: the last one, for as long as it may be that it was not received; then another.
    fn mint(self, now: Timestamp) -> (Self, TokenPlace) {
        let minted = match self.successor {
            Some(last) if is_within(last.at, now) => last,
            Some(last) => Minted { sibling: last.sibling.saturating_add(1), at: now },
            None => Minted { sibling: 1, at: now },
        };
        // Four billion of either are not reached in any session's life.
        let generation = self.in_use.generation.saturating_add(1);
        let successor = TokenPlace { generation, sibling: minted.sibling };
        (Self { successor: Some(minted), ..self }, successor)
    }
}

fn is_within(since: Timestamp, now: Timestamp) -> bool {
    now.since(since) <= WINDOW
}

#[cfg(test)]
mod tests;
