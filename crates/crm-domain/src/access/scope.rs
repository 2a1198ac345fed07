//! Which records a grant reaches.

use crate::ids::UserId;

/// Which records the bearer may see. Every read port demands one, and only [`crate::access::policy`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope(Reach);

/// How far a [`Scope`] goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Every record.
    Everything,
    /// What belongs to this user.
    OwnedBy(UserId),
}

/// What a client's owner filter asks for, before the scope has its say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OwnerFilter {
    /// Whoever owns it.
    Any,
    /// Owned by nobody.
    Nobody,
    /// Owned by this user.
    User(UserId),
}

/// The owners whose records an answer may hold: the filter cut down to the scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OwnerRange {
    /// No record at all: the filter and the scope have none in common.
    Empty,
    /// Every record.
    Everyone,
    /// Records without an owner.
    Nobody,
    /// This user's records.
    User(UserId),
}

impl Scope {
    pub(in crate::access) fn new(reach: Reach) -> Self {
        Self(reach)
    }

    /// How far it goes.
    pub fn reach(&self) -> Reach {
        self.0
    }

    /// Whether a record with this owner is within it.
    pub fn admits(&self, owner: Option<UserId>) -> bool {
        match self.0 {
            Reach::Everything => true,
            Reach::OwnedBy(user) => owner == Some(user),
        }
    }

    /// The owners left of a filter. Somebody else's records come out as [`OwnerRange::Empty`], never as theirs.
    pub fn narrow(&self, filter: OwnerFilter) -> OwnerRange {
        match (self.0, filter) {
            (Reach::Everything, OwnerFilter::Any) => OwnerRange::Everyone,
            (Reach::Everything, OwnerFilter::Nobody) => OwnerRange::Nobody,
            (Reach::Everything, OwnerFilter::User(user)) => OwnerRange::User(user),
            (Reach::OwnedBy(own), OwnerFilter::Any) => OwnerRange::User(own),
            (Reach::OwnedBy(own), OwnerFilter::User(asked)) if own == asked => OwnerRange::User(own),
            (Reach::OwnedBy(_), OwnerFilter::User(_) | OwnerFilter::Nobody) => OwnerRange::Empty,
        }
    }
}

/// What a point read found of a record, within a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight<T> {
    /// It exists and may be seen.
    Seen(T),
    /// It exists and belongs to somebody else.
    Hidden,
    /// It does not exist.
    Absent,
}

impl<T> Sight<T> {
    /// Judges a record by its owner.
    pub fn judge(scope: &Scope, owner: Option<UserId>, record: T) -> Self {
        if scope.admits(owner) { Self::Seen(record) } else { Self::Hidden }
    }

    /// What was seen, if anything.
    pub fn seen(self) -> Option<T> {
        match self {
            Self::Seen(record) => Some(record),
            Self::Hidden | Self::Absent => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn user(number: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn the_scope_of_one_user_admits_their_records_only() {
        let own = Scope::new(Reach::OwnedBy(user(1)));
        assert!(own.admits(Some(user(1))));
        assert!(!own.admits(Some(user(2))) && !own.admits(None));
        let everything = Scope::new(Reach::Everything);
        assert!(everything.admits(Some(user(1))) && everything.admits(None));
    }

    #[test]
    fn a_filter_narrows_a_scope_and_never_widens_it() {
        let own = Scope::new(Reach::OwnedBy(user(1)));
        assert_eq!(own.narrow(OwnerFilter::Any), OwnerRange::User(user(1)));
        assert_eq!(own.narrow(OwnerFilter::User(user(1))), OwnerRange::User(user(1)));
        assert_eq!(own.narrow(OwnerFilter::User(user(2))), OwnerRange::Empty);
        assert_eq!(own.narrow(OwnerFilter::Nobody), OwnerRange::Empty);
        let everything = Scope::new(Reach::Everything);
        assert_eq!(everything.narrow(OwnerFilter::Any), OwnerRange::Everyone);
        assert_eq!(everything.narrow(OwnerFilter::Nobody), OwnerRange::Nobody);
        assert_eq!(everything.narrow(OwnerFilter::User(user(2))), OwnerRange::User(user(2)));
    }

    #[test]
    fn a_record_outside_the_scope_is_hidden_and_not_absent() {
        let own = Scope::new(Reach::OwnedBy(user(1)));
        assert_eq!(Sight::judge(&own, Some(user(1)), "record"), Sight::Seen("record"));
        assert_eq!(Sight::judge(&own, Some(user(2)), "record"), Sight::Hidden);
        assert_eq!(Sight::judge(&own, None, "record"), Sight::Hidden);
        assert_eq!(Sight::Seen("record").seen(), Some("record"));
        assert_eq!(Sight::<&str>::Hidden.seen(), None);
        assert_eq!(Sight::<&str>::Absent.seen(), None);
    }
}
