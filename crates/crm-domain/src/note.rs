//! What somebody wrote about a customer.

use crate::ids::{CustomerId, NoteId, UserId};
use crate::timestamp::Timestamp;
use crate::values::prose::Prose;

/// A note on a customer. It has no version of its own: each change of it is a change of its customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// The customer it is about.
    pub customer: CustomerId,
    /// Who wrote it.
    pub author: UserId,
    /// What it says.
    pub text: Prose,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its text was last changed, if ever.
    pub edited_at: Option<Timestamp>,
}

impl Note {
    /// The note with another text.
    #[must_use]
    pub fn edit(mut self, text: Prose, now: Timestamp) -> Self {
        self.text = text;
        self.edited_at = Some(self.created_at.later_of(now));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000).unwrap()
    }

    #[test]
    fn an_edited_note_says_when_and_never_a_moment_before_it_was_written() {
        let note = Note {
            id: NoteId::from_uuid(Uuid::from_u128(1)),
            customer: CustomerId::from_uuid(Uuid::from_u128(2)),
            author: UserId::from_uuid(Uuid::from_u128(3)),
            text: Prose::parse("met").unwrap(),
            created_at: at(10),
            edited_at: None,
        };
        let text = Prose::parse("met twice").unwrap();
        let edited = Note { text: text.clone(), edited_at: Some(at(11)), ..note.clone() };
        assert_eq!(note.clone().edit(text.clone(), at(11)), edited);
        assert_eq!(note.edit(text, at(9)).edited_at, Some(at(10)));
    }
}
