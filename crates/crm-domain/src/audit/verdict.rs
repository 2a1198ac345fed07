//! Whether an audit log is whole, entry by entry.

use std::fmt;

use thiserror::Error;

use super::chain::{AuditEntry, AuditHead, AuditKey, Mark};

/// Something that was done to a log, at the first place where it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{kind} at entry {sequence}")]
pub struct Damage {
    /// The number of the entry.
    pub sequence: u64,
    /// What.
    pub kind: DamageKind,
}

/// What can be seen to have been done to a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DamageKind {
    /// What the entry says, its number or its seal is not what was sealed: it was changed, or another was put in its
    /// place.
    Altered,
    /// Entries are gone from here on, and others follow.
    Removed,
    /// The number was there before.
    Doubled,
    /// Entries are gone from here to the end.
    CutOff,
    /// There are entries behind the end.
    Added,
    /// It cannot be read as an entry.
    Unreadable,
    /// The head is gone.
    HeadGone,
    /// What the head says was not sealed with this key, though each entry fits.
    HeadAltered,
    /// The log is not the one, or not so far any more, of which a head was noted outside.
    PutBack,
}

impl fmt::Display for DamageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Altered => "altered, or put in the place of another,",
            Self::Removed => "removed",
            Self::Doubled => "a number used twice",
            Self::CutOff => "cut off",
            Self::Added => "added behind the end",
            Self::Unreadable => "unreadable",
            Self::HeadGone => "the head is gone",
            Self::HeadAltered => "the head is altered",
            Self::PutBack => "not what was noted",
        })
    }
}

/// A walk along a log from its beginning.
#[derive(Debug)]
pub struct Inspection<'k> {
    key: &'k AuditKey,
    reached: Mark,
    noted: Option<Mark>,
}

impl<'k> Inspection<'k> {
    /// Begins where the head says that the log begins. `noted` is a place that somebody wrote down outside.
    ///
    /// # Errors
    /// [`DamageKind::PutBack`] if the log does not go as far as was noted.
    pub fn begin(key: &'k AuditKey, head: &AuditHead, noted: Option<Mark>) -> Result<Self, Damage> {
        let inspection = Self { key, reached: head.anchor, noted };
        match noted {
            Some(noted) if noted.sequence > head.last.sequence => {
                Err(Damage { sequence: noted.sequence, kind: DamageKind::PutBack })
            }
            Some(_) | None => inspection.compare().map(|()| inspection),
        }
    }

    /// The last entry that was found sound.
    pub fn reached(&self) -> Mark {
        self.reached
    }

    /// Looks at the next entry.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn step(&mut self, entry: &AuditEntry) -> Result<(), Damage> {
        let expected = self.reached.sequence.saturating_add(1);
        let damage = |sequence, kind| Err(Damage { sequence, kind });
        if entry.sequence > expected {
            return damage(expected, DamageKind::Removed);
        }
        if entry.sequence < expected {
            return damage(entry.sequence, DamageKind::Doubled);
        }
        if !self.key.has_sealed(self.reached.seal, entry) {
            return damage(entry.sequence, DamageKind::Altered);
        }
        self.reached = Mark { sequence: entry.sequence, seal: entry.seal };
        self.compare()
    }

    /// Looks at the end, by a head that was read after the last entry.
    ///
    /// # Errors
    /// [`DamageKind::HeadAltered`], [`DamageKind::CutOff`], [`DamageKind::Added`].
    pub fn end(&self, head: &AuditHead) -> Result<(), Damage> {
        let damage = |sequence, kind| Err(Damage { sequence, kind });
        let next = self.reached.sequence.saturating_add(1);
        if head.last.sequence > self.reached.sequence {
            return damage(next, DamageKind::CutOff);
        }
        if head.last.sequence < self.reached.sequence {
            return damage(head.last.sequence.saturating_add(1), DamageKind::Added);
        }
        if head.last.seal != self.reached.seal {
            return damage(self.reached.sequence, DamageKind::Altered);
        }
        if !self.key.is_sound(head) {
            return damage(head.last.sequence, DamageKind::HeadAltered);
        }
        Ok(())
    }

    /// Holds the place that was reached against the one that was noted. One that was pruned since cannot be compared.
    fn compare(&self) -> Result<(), Damage> {
        match self.noted {
            Some(noted) if noted.sequence == self.reached.sequence && noted != self.reached => {
                Err(Damage { sequence: noted.sequence, kind: DamageKind::PutBack })
            }
            Some(_) | None => Ok(()),
        }
    }
}
