//! Members that are texts.

use super::Form;
use crate::flaw::Flaw;
use crate::patch::{NullablePatch, Patch};
use crate::raw::Raw;
use crate::text::is_blank;

/// A member, before its text is parsed.
enum Said {
    Nothing,
    Blank,
    Text(String),
}

impl Form {
    /// A text that must be there.
    pub fn required<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Flaw>) -> Option<T> {
        match self.said(name) {
            Said::Nothing | Said::Blank => {
                self.miss(name);
                None
            }
            Said::Text(text) => self.note(name, parse(&text)),
        }
    }

    /// A text that may be left out.
    pub fn optional<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Flaw>) -> Option<T> {
        match self.said(name) {
            Said::Nothing | Said::Blank => None,
            Said::Text(text) => self.note(name, parse(&text)),
        }
    }

    /// A text that may be changed but not cleared.
    pub fn patch<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Flaw>) -> Patch<T> {
        match self.said(name) {
            Said::Nothing => Patch::Keep,
            Said::Blank => {
                self.miss(name);
                Patch::Keep
            }
            Said::Text(text) => self.note(name, parse(&text)).map_or(Patch::Keep, Patch::Set),
        }
    }

    /// A text that may be changed and cleared.
    pub fn nullable_patch<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Flaw>,
    ) -> NullablePatch<T> {
        match self.said(name) {
            Said::Nothing => NullablePatch::Keep,
            Said::Blank => NullablePatch::Clear,
            Said::Text(text) => self.note(name, parse(&text)).map_or(NullablePatch::Keep, NullablePatch::Set),
        }
    }

    /// A secret that must be there, exactly as it was sent: white space and the empty text included.
    pub fn secret_required(&mut self, name: &str) -> Option<String> {
        match self.take(name) {
            None | Some(Raw::Null) => {
                self.miss(name);
                None
            }
            Some(value) => self.exactly(name, value),
        }
    }

    /// A secret that may be changed, exactly as it was sent, but not cleared: `null` and the empty text are
    /// errors.
    pub fn secret_patch(&mut self, name: &str) -> Patch<String> {
        match self.take(name) {
            None => Patch::Keep,
            Some(Raw::Null) => {
                self.miss(name);
                Patch::Keep
            }
            Some(value) => match self.exactly(name, value) {
                None => Patch::Keep,
                Some(secret) if secret.is_empty() => {
                    self.miss(name);
                    Patch::Keep
                }
                Some(secret) => Patch::Set(secret),
            },
        }
    }

    fn exactly(&mut self, name: &str, value: Raw) -> Option<String> {
        match value {
            Raw::Text(secret) => Some(secret),
            Raw::Null | Raw::Bool(_) | Raw::Number(_) | Raw::List(_) | Raw::Object(_) => {
                self.reject(name, Flaw::wrong_type("a text"));
                None
            }
        }
    }

    fn said(&mut self, name: &str) -> Said {
        match self.take(name) {
            None => Said::Nothing,
            Some(Raw::Null) => Said::Blank,
            Some(Raw::Text(text)) if is_blank(&text) => Said::Blank,
            Some(Raw::Text(text)) => Said::Text(text),
            Some(Raw::Bool(_) | Raw::Number(_) | Raw::List(_) | Raw::Object(_)) => {
                self.reject(name, Flaw::wrong_type("a text"));
                Said::Nothing
            }
        }
    }
}
