//! Reading what a client sent, member by member, and collecting everything that is wrong with it.
//!
//! A form knows by a table which names there can be. Each reading method takes one member out, parses it, and on
//! failure writes down the error under the member's name; the caller reads all members, then calls
//! [`Form::finish_with`] and gets its values or every error at once. What stays empty means:
//!
//! | sent | `required` | `optional` | `patch` | `nullable_patch` |
//! | --- | --- | --- | --- | --- |
//! | nothing | error | `None` | `Keep` | `Keep` |
//! | `null`, or white space only | error | `None` | error | `Clear` |
//! | a text | parsed | parsed | `Set` | `Set` |

use crate::flaw::{FieldErrors, Flaw, code};
use crate::raw::{Members, Raw};

mod lists;
mod names;
mod references;
mod scalars;
mod texts;

#[cfg(test)]
mod tests;

/// What a client sent, while it is read.
#[derive(Debug)]
pub struct Form {
    kind: Kind,
    known: &'static [&'static str],
    sent: Vec<&'static str>,
    members: Members,
    errors: FieldErrors,
}

/// What a member that refers to a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<T> {
    /// The member is absent, or wrong, which [`Form::finish`] then tells.
    Absent,
    /// `null` or blank: explicitly nobody.
    Nobody,
    /// This one.
    Is(T),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Body,
    Query,
}

/// The most unknown names that are told: an answer must not be much longer than what it answers.
const MAX_UNKNOWN: usize = 20;

impl Form {
    /// Reads a JSON object.
    ///
    /// `writable` are the members that mean something; `read_only` those that clients send back because they
    /// were in what they read, which are ignored. Any other is an error of the code `unknown_member`; a name
    /// that occurs twice is one too (`repeated`).
    pub fn body(
        members: Members,
        writable: &'static [&'static str],
        read_only: &'static [&'static str],
    ) -> Self {
        Self::sort_out(Kind::Body, members, writable, read_only)
    }

    /// Reads the parameters of a query, which are all texts.
    ///
    /// A parameter that is not among `known` is an error of the code `unknown_parameter`, one that occurs twice
    /// one of the code `repeated`. A blank parameter is as absent.
    pub fn query(members: Members, known: &'static [&'static str]) -> Self {
        Self::sort_out(Kind::Query, members, known, &[])
    }

    /// Whether the client sent a member of that name, `null` included, read already or not.
    pub fn has(&self, name: &str) -> bool {
        self.sent.contains(&name)
    }

    /// Writes down an error that the caller found: a text for what no parser of one value can know.
    pub fn reject(&mut self, path: impl Into<String>, flaw: Flaw) {
        self.errors.push(path, flaw);
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// Everything that was wrong.
    pub fn finish(self) -> Result<(), FieldErrors> {
        self.errors.into_result()
    }

    /// Ends the reading with what the values made: `None` where a value was missing, which then is among the
    /// errors.
    ///
    /// # Errors
    ///
    /// Everything that was wrong. Never empty: a `None` that no error explains is told as `required` without
    /// a path.
    pub fn finish_with<T>(self, made: Option<T>) -> Result<T, FieldErrors> {
        self.errors.into_result()?;
        made.ok_or_else(|| FieldErrors::one("", Flaw::required()))
    }

    fn sort_out(
        kind: Kind,
        members: Members,
        known: &'static [&'static str],
        ignored: &'static [&'static str],
    ) -> Self {
        let mut form =
            Self { kind, known, sent: Vec::new(), members: Members::new(), errors: FieldErrors::new() };
        let mut unknown: Vec<String> = Vec::new();
        for (name, value) in members {
            if let Some(own) = known.iter().copied().find(|own| *own == name) {
                form.admit(own, value);
            } else if !ignored.contains(&name.as_str())
                && !unknown.contains(&name)
                && unknown.len() < MAX_UNKNOWN
            {
                unknown.push(name);
            }
        }
        for name in unknown {
            form.refuse(&name);
        }
        form
    }

    fn admit(&mut self, name: &'static str, value: Raw) {
        if self.sent.contains(&name) {
            self.members.take(name);
            if !self.errors.has(name) {
                self.errors.push(name, Flaw::repeated());
            }
            return;
        }
        self.sent.push(name);
        self.members.push(name, value);
    }

    fn refuse(&mut self, name: &str) {
        let shown = names::shown(name);
        let (code, what) = match self.kind {
            Kind::Body => (code::UNKNOWN_MEMBER, "member"),
            Kind::Query => (code::UNKNOWN_PARAMETER, "parameter"),
        };
        let msg = match names::nearest(name, self.known) {
            Some(meant) => format!("`{shown}` is not a known {what}; did you mean `{meant}`?"),
            None => format!("`{shown}` is not a known {what}"),
        };
        self.errors.push(shown, Flaw::new(code, msg));
    }

    /// Takes a member out. In a query, a blank one is as absent.
    fn take(&mut self, name: &str) -> Option<Raw> {
        debug_assert!(self.known.contains(&name), "`{name}` is read but not in the form's table");
        let value = self.members.take(name)?;
        match self.kind {
            Kind::Query if value.is_blank() => None,
            Kind::Query | Kind::Body => Some(value),
        }
    }

    /// The value, or its error written down under `path`.
    fn note<T>(&mut self, path: &str, parsed: Result<T, Flaw>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(flaw) => {
                self.errors.push(path, flaw);
                None
            }
        }
    }

    /// Writes down that a member is missing, unless it is known already what is wrong with it.
    fn miss(&mut self, name: &str) {
        if !self.errors.has(name) {
            self.errors.push(name, Flaw::required());
        }
    }
}
