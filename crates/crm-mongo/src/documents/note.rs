//! Notes.

use bson::DateTime;
use crm_domain::note::Note;
use crm_domain::values::prose::Prose;
use serde::{Deserialize, Serialize};

use super::fields::{self, Unreadable};
use super::{Stored, date, key};

/// A note as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NoteDocument {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    customer: bson::Uuid,
    author: bson::Uuid,
    text: String,
    created_at: DateTime,
    edited_at: Option<DateTime>,
}

impl NoteDocument {
    /// The note.
    pub(crate) fn new(note: &Note) -> Self {
        Self {
            id: key(note.id),
            customer: key(note.customer),
            author: key(note.author),
            text: note.text.as_str().to_owned(),
            created_at: date(note.created_at),
            edited_at: note.edited_at.map(date),
        }
    }
}

impl Stored for Note {
    type Document = NoteDocument;
    const COLLECTION: &'static str = "notes";
    const WHAT: &'static str = "note";

    fn of(stored: NoteDocument) -> Result<Self, Unreadable> {
        Ok(Self {
            id: fields::id(stored.id),
            customer: fields::id(stored.customer),
            author: fields::id(stored.author),
            text: fields::parse("text", &stored.text, Prose::parse)?,
            created_at: fields::time("created_at", stored.created_at)?,
            edited_at: fields::time_opt("edited_at", stored.edited_at)?,
        })
    }
}
