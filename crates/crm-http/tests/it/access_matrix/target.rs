//! What a cell asks about.

/// Whose a record is, and in what state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Nothing that has an owner.
    Whole,
    /// Whoever asks: an account that was made for this one question.
    Oneself,
    /// What the owner owns.
    Own,
    /// What a third agent owns.
    Others,
    /// What an admin owns.
    Admins,
    /// What nobody owns.
    Unassigned,
    /// What the owner owns and put away.
    Archived,
    /// What the owner owns and converted.
    Converted,
    /// What was the owner's and was deleted, ended or deactivated.
    Gone,
    /// A well-formed id that nothing has.
    Unknown,
    /// What is no id.
    Malformed,
    /// On a customer of the owner's, a note that an admin wrote.
    NoteOfAdmin,
    /// On a customer of the owner's, a note of another customer of theirs.
    NoteElsewhere,
    /// On a customer of the owner's, a note that was deleted.
    NoteGone,
    /// On a customer of the owner's, a well-formed id that no note has.
    NoteUnknown,
    /// On a customer of the owner's, what is no id.
    NoteMalformed,
}

use Target::{
    Admins, Archived, Converted, Gone, Malformed, NoteElsewhere, NoteGone, NoteMalformed, NoteOfAdmin,
    NoteUnknown, Oneself, Others, Own, Unassigned, Unknown, Whole,
};

/// A kind of thing that a request can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Lead,
    Customer,
    Task,
    Session,
    User,
}

impl Kind {
    /// What the `{id}` of this path is the id of.
    pub(super) fn of(path: &str) -> Self {
        let kinds = [
            ("/api/leads", Self::Lead),
            ("/api/customers", Self::Customer),
            ("/api/tasks", Self::Task),
            ("/api/auth/sessions", Self::Session),
            ("/api/auth/users", Self::User),
        ];
        let kind = kinds.into_iter().find(|(base, _)| path.starts_with(base)).map(|(_, kind)| kind);
        kind.unwrap_or_else(|| panic!("say what {path} is about"))
    }

    /// Every target that there is of this kind.
    pub(super) fn targets(self) -> &'static [Target] {
        match self {
            Self::Lead => &[Own, Others, Unassigned, Archived, Converted, Unknown, Malformed],
            Self::Customer | Self::Task | Self::Session => &[Own, Others, Admins, Gone, Unknown, Malformed],
            Self::User => &[Oneself, Others, Admins, Gone, Unknown, Malformed],
        }
    }
}

impl Target {
    /// Those that make sense for a path.
    pub(super) fn of(path: &str) -> Vec<Self> {
        let about_notes = [NoteOfAdmin, NoteElsewhere, NoteGone, NoteUnknown, NoteMalformed];
        match path {
            "/api/auth/login" | "/api/auth/refresh" | "/api/auth/logout" => vec![Oneself, Unknown],
            path if !path.contains("{id}") => vec![Whole],
            path if path.contains("{noteId}") => [Kind::Customer.targets(), &about_notes].concat(),
            path => Kind::of(path).targets().to_vec(),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Whole => "-",
            Oneself => "oneself",
            Own => "own",
            Others => "other's",
            Admins => "admin's",
            Unassigned => "unassigned",
            Archived => "archived",
            Converted => "converted",
            Gone => "gone",
            Unknown => "unknown",
            Malformed => "malformed",
            NoteOfAdmin => "own, admin's note",
            NoteElsewhere => "own, note elsewhere",
            NoteGone => "own, note gone",
            NoteUnknown => "own, note unknown",
            NoteMalformed => "own, note malformed",
        }
    }
}
