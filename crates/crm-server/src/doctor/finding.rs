//! One thing that was found.

use std::fmt;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Good,
    Doubtful,
    Wrong,
}

/// One thing that was found, for a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    weight: Weight,
    about: &'static str,
    text: String,
}

/// What was found of the place where the store is, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What was found, in order.
    pub lines: Vec<Finding>,
    /// Whether there is a store that could be opened.
    pub is_there: bool,
}

impl Finding {
    /// As it should be.
    pub fn good(about: &'static str, text: impl Into<String>) -> Self {
        Self { weight: Weight::Good, about, text: text.into() }
    }

    /// Works, and deserves a look.
    pub fn doubtful(about: &'static str, text: impl Into<String>) -> Self {
        Self { weight: Weight::Doubtful, about, text: text.into() }
    }

    /// Needs to be mended.
    pub fn wrong(about: &'static str, text: impl Into<String>) -> Self {
        Self { weight: Weight::Wrong, about, text: text.into() }
    }

    /// Whether it needs to be mended.
    pub fn is_wrong(&self) -> bool {
        self.weight == Weight::Wrong
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.weight {
            Weight::Good => "ok",
            Weight::Doubtful => "look",
            Weight::Wrong => "WRONG",
        };
        // A text of several lines stays one line.
        write!(f, "{mark:<6} {:<12} {}", self.about, self.text.replace('\n', " "))
    }
}
