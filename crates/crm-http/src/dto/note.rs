//! Notes on customers.

use crm_app::notes::add::NoteAdded;
use crm_domain::note::Note;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::people::{NamedBody, People};
use crate::dto::values::{IdText, Instant};

/// A note.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Note)]
pub struct NoteBody<'a> {
    /// Its id.
    pub id: IdText,
    /// The same, for clients of the Node.js backend.
    #[serde(rename = "_id")]
    pub legacy_id: IdText,
    /// What it says.
    pub text: &'a str,
    /// Who wrote it.
    pub author: NamedBody<'a>,
    /// When it was written.
    pub created_at: Instant,
    /// When its text was last changed, if ever.
    #[schema(required)]
    pub edited_at: Option<Instant>,
}

/// A note that was written, and the customer's latest notes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = NoteAdded)]
pub struct NoteAddedBody<'a> {
    /// The note.
    pub note: NoteBody<'a>,
    /// The customer's latest five notes, newest first.
    pub latest5: Vec<NoteBody<'a>>,
}

impl<'a> NoteBody<'a> {
    pub(crate) fn of(note: &'a Note, people: &'a People) -> Self {
        Self {
            id: note.id.into(),
            legacy_id: note.id.into(),
            text: note.text.as_str(),
            author: people.named(note.author),
            created_at: Instant(note.created_at),
            edited_at: note.edited_at.map(Instant),
        }
    }
}

impl<'a> NoteAddedBody<'a> {
    pub(crate) fn of(added: &'a NoteAdded, people: &'a People) -> Self {
        Self {
            note: NoteBody::of(&added.note, people),
            latest5: added.latest.iter().map(|note| NoteBody::of(note, people)).collect(),
        }
    }
}
