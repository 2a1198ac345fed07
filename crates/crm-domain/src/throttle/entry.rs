//! What is kept of a throttle, so that a restart forgets nothing that counts.

use crate::timestamp::Timestamp;

/// A keyed hash of an account or an address: it tells the same from another and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Blind(u64);

impl Blind {
    /// The first eight bytes of a keyed hash.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// What stands for this together with the other, in this order. Both are as good as random, so that any mixing
    /// does.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        let mixed = self.0.rotate_left(23) ^ other.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9))
    }
}

/// What an entry counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Failures from an address.
    Address,
    /// Failures of an account's strangers.
    Stranger,
    /// Failures of a source that signed in before, or of somebody who is signed in.
    Known,
    /// That somebody signed in from there.
    Source,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Address, Self::Stranger, Self::Known, Self::Source];

    /// The number it is stored as. Never to be used for another.
    pub fn code(self) -> u8 {
        match self {
            Self::Address => 0,
            Self::Stranger => 1,
            Self::Known => 2,
            Self::Source => 3,
        }
    }

    /// The kind that is stored as this number.
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Where an entry stands. There is one for each place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// What it counts.
    pub kind: Kind,
    /// For whom: an address, an account, or both mixed.
    pub key: Blind,
    /// The address, for a source of the account `key`; else zero.
    pub other: Blind,
}

impl Place {
    /// The place of what is counted for `key`.
    pub const fn of(kind: Kind, key: Blind) -> Self {
        Self { kind, key, other: Blind::new(0) }
    }
}

/// One count as it is kept. Of two for one place the later one holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub place: Place,
    /// Failures in a row.
    pub failures: u32,
    /// The moment that waiting is reckoned from, or when a source signed in last.
    pub mark: Timestamp,
    /// When it was changed.
    pub at: Timestamp,
}

/// What is to be kept, and what no longer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Entries that are new or changed.
    pub entries: Vec<Entry>,
    /// Places that hold nothing any more.
    pub gone: Vec<Place>,
}

impl Changes {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.gone.is_empty()
    }
}
