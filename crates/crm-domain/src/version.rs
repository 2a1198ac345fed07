//! Versions of records, the base of optimistic concurrency.

use std::fmt;

/// How often a record was written: 1 when it is made, one more with each change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Version {
    /// The version of a record that was just made.
    pub const FIRST: Self = Self(1);

    /// The version with this number.
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// The version after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The number itself.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A record as a store holds it, with the version it has there.
///
/// Only stores make one, and only one of these can be changed: a change names the version it was decided upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    record: T,
    version: Version,
}

impl<T> Versioned<T> {
    /// What a store read: the record and its version. For stores, and for use cases that answer with what they wrote.
    pub fn stored(record: T, version: Version) -> Self {
        Self { record, version }
    }

    /// The record.
    pub fn record(&self) -> &T {
        &self.record
    }

    /// The record's version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The record without its version.
    pub fn into_record(self) -> T {
        self.record
    }
}

/// A change of one record: what was read and what is to stand in its place.
///
/// Holds if the store still has `before`'s version; the record then gets the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replace<T> {
    /// What the decision was made upon.
    pub before: Versioned<T>,
    /// What it decided.
    pub after: T,
}

impl<T: Clone> Replace<T> {
    /// The record as the store will hold it once the change is committed.
    pub fn outcome(&self) -> Versioned<T> {
        Versioned::stored(self.after.clone(), self.version())
    }
}

impl<T> Replace<T> {
    /// The version that the record gets by this change.
    pub fn version(&self) -> Version {
        self.before.version.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_up_from_one_and_stop_at_the_last_number() {
        assert_eq!(Version::FIRST.number(), 1);
        assert_eq!(Version::FIRST.next(), Version::new(2));
        assert_eq!(Version::new(u64::MAX).next(), Version::new(u64::MAX));
        assert_eq!(Version::new(42).to_string(), "42");
    }

    #[test]
    fn a_change_makes_the_next_version_of_what_was_read() {
        let put = Replace { before: Versioned::stored("old", Version::new(4)), after: "new" };
        assert_eq!(put.version(), Version::new(5));
        assert_eq!(put.outcome(), Versioned::stored("new", Version::new(5)));
        assert_eq!((put.before.record(), put.before.version()), (&"old", Version::new(4)));
        assert_eq!(put.outcome().into_record(), "new");
    }
}
