//! What is wrong.

use std::fmt;

/// In which way something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It was acknowledged and is not there.
    Lost,
    /// It is there and nobody asked for it, or not so often.
    Twice,
    /// Some of what belongs together is there.
    Half,
    /// It was refused and is there.
    Refused,
    /// Versions, or the values that events tell of, have a gap.
    Chain,
    /// A client was answered what it should not be.
    Answer,
    /// The program finds its store wrong.
    Store,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// In which way.
    pub kind: Kind,
    /// What.
    pub what: String,
}

impl Finding {
    /// A finding.
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.what)
    }
}
