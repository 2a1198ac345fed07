//! What a client said, before anyone believed it.
//!
//! The shape of a JSON value without its library: numbers stay as they were written, and an object keeps the
//! order of its members and also those that occur twice. A query string has the same shape, with texts only.
//! Passwords pass through here, so that `Debug` shows shapes and never contents.

use std::fmt;

/// One value that a client sent.
#[derive(Clone, PartialEq, Eq)]
pub enum Raw {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// A text as it was written, neither trimmed nor normalised.
    Text(String),
    /// A list of values.
    List(Vec<Raw>),
    /// An object.
    Object(Members),
}

/// The members of an object, or the parameters of a query, in the order in which they were sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Members(Vec<(String, Raw)>);

impl Raw {
    /// What this is, for people: `a text`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Whether this is a text of nothing but white space.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.chars().all(char::is_whitespace),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => false,
        }
    }
}

impl Members {
    /// An object without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member at the end, even if there is one of that name.
    pub fn push(&mut self, name: impl Into<String>, value: Raw) {
        self.0.push((name.into(), value));
    }

    /// The same with one more member, for building in one expression.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: Raw) -> Self {
        self.push(name, value);
        self
    }

    /// The first member of that name.
    pub fn get(&self, name: &str) -> Option<&Raw> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// Takes the first member of that name out.
    pub fn take(&mut self, name: &str) -> Option<Raw> {
        let at = self.0.iter().position(|(own, _)| own == name)?;
        Some(self.0.remove(at).1)
    }

    /// Names and values in the order in which they were sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Raw)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<N: Into<String>> FromIterator<(N, Raw)> for Members {
    fn from_iter<I: IntoIterator<Item = (N, Raw)>>(members: I) -> Self {
        Self(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl IntoIterator for Members {
    type Item = (String, Raw);
    type IntoIter = std::vec::IntoIter<(String, Raw)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(members) => members.fmt(f),
            Self::List(items) => f.debug_list().entries(items).finish(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => f.write_str(self.kind()),
        }
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_their_doubles() {
        let mut members =
            Members::new().with("b", Raw::Null).with("a", Raw::Bool(true)).with("b", Raw::text("x"));
        assert_eq!(members.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["b", "a", "b"]);
        assert_eq!(members.take("b"), Some(Raw::Null));
        assert_eq!(members.get("b"), Some(&Raw::text("x")));
        assert_eq!(members.take("c"), None);
        assert_eq!(members.len(), 2);
    }

    #[test]
    fn debugging_shows_no_content() {
        let members: Members =
            [("password", Raw::text("hunter22")), ("n", Raw::Number("42".into()))].into_iter().collect();
        assert_eq!(format!("{members:?}"), r#"{"password": a text, "n": a number}"#);
    }

    #[test]
    fn only_white_space_is_blank() {
        assert!(Raw::text(" \t\u{3000}").is_blank() && Raw::text("").is_blank());
        assert!(!Raw::text(" x ").is_blank() && !Raw::Null.is_blank());
    }
}
