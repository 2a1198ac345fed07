//! One thing that was found.

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

impl Finding {
    /// The finding as one line, also where its text has several; in colour for a terminal (ECMA-48, SGR).
    pub fn line(&self, colour: bool) -> String {
        let (mark, code) = match self.weight {
            Weight::Good => ("ok", "32"),
            Weight::Doubtful => ("look", "33"),
            Weight::Wrong => ("WRONG", "1;31"),
        };
        let mark = if colour { format!("\x1b[{code}m{mark:<6}\x1b[0m") } else { format!("{mark:<6}") };
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{mark} {:<12} {text}", self.about)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_and_coloured_only_when_asked() {
        let wrong = Finding::wrong("secrets", "one\n  two");
        assert_eq!(wrong.line(false), "WRONG  secrets      one two");
        assert_eq!(wrong.line(true), "\x1b[1;31mWRONG \x1b[0m secrets      one two");
    }
}
