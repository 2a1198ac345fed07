//! Identifiers: one type per kind of record, so that a lead's id is never taken for a customer's.
//!
//! Every id is a UUID (RFC 9562); new ones are version 7 and are minted by the application's id source. The kinds
//! stand in alphabetical order.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use uuid::Uuid;

use crate::flaw::Flaw;

/// Marks what an [`Id`] identifies. Implemented by the kinds in this file only.
pub trait Kind: 'static {
    /// The record's name as it stands in texts for people, such as `lead`.
    const NAME: &'static str;
}

/// The identifier of one record of kind `K`.
pub struct Id<K: Kind> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $id:ident, $name:literal;)*) => {$(
        #[doc = concat!("Marks ids of the kind `", $name, "`.")]
        pub enum $kind {}
        impl Kind for $kind {
            const NAME: &'static str = $name;
        }
        $(#[$doc])*
        pub type $id = Id<$kind>;
    )*};
}

kinds! {
    /// Identifies an [`crate::activity::Activity`].
    ActivityRecord, ActivityId, "activity";
    /// Identifies a [`crate::audit::AuditEvent`].
    AuditRecord, AuditId, "audit entry";
    /// Identifies a commit; stored with its events, so that a repeated commit is recognised.
    CommitKind, CommitId, "commit";
    /// Identifies a [`crate::customer::Customer`].
    CustomerKind, CustomerId, "customer";
    /// Identifies a [`crate::lead::Lead`].
    LeadKind, LeadId, "lead";
    /// Identifies a [`crate::note::Note`].
    NoteKind, NoteId, "note";
    /// Identifies a [`crate::session::Session`].
    SessionKind, SessionId, "session";
    /// Identifies a [`crate::task::Task`].
    TaskKind, TaskId, "task";
    /// Identifies a [`crate::user::User`].
    UserKind, UserId, "user";
}

impl<K: Kind> Id<K> {
    /// The id with this UUID.
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    /// Reads an id as clients write it: a hyphenated UUID in either case.
    ///
    /// # Errors
    /// `invalid` if the text is not a hyphenated UUID.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        if text.len() == 36
            && let Ok(uuid) = Uuid::try_parse(text)
        {
            return Ok(Self::from_uuid(uuid));
        }
        Err(Flaw::new("invalid", format!("must be the id of a {}: a UUID with hyphens", K::NAME)))
    }

    /// The UUID itself.
    pub fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<K: Kind> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: Kind> Copy for Id<K> {}

impl<K: Kind> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}

impl<K: Kind> Eq for Id<K> {}

impl<K: Kind> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Kind> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}

impl<K: Kind> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.as_hyphenated().fmt(f)
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", K::NAME, self.uuid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_in_either_case_and_written_in_lower_case() {
        let id = LeadId::parse("01890A5D-AC96-774B-BCCE-B302099A8057").unwrap();
        assert_eq!(id.to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
    }

    #[test]
    fn an_id_without_hyphens_is_refused() {
        assert!(LeadId::parse("01890a5dac96774bbcceb302099a8057").is_err());
        assert!(LeadId::parse("{01890a5d-ac96-774b-bcce-b302099a8057}").is_err());
        assert!(LeadId::parse("").is_err());
    }
}
