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
