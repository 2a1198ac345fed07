//! Normalization of text for search, for sorting and for comparing tags and sources.
//!
//! `fold` is NFKD without combining marks, then full case folding, then a table (`letters`): a Latin letter that NFKD
//! leaves with a stroke, hook or dot becomes its base letter (ø, ł, đ, ı), a letter that is two becomes them (ß, æ, þ), and
//! typographic apostrophes, hyphens and spaces become the plain ones. It works character by character:
//! `fold(a + b) == fold(a) + fold(b)`, and folding twice is folding once. From this follows what search needs:
//! if a text contains another, its fold contains the other's fold.
//!
//! Marks and marks alone fold to nothing. Somebody who searches for one (an emoji's variation selector, a vowel
//! sign of an Indic script) means it literally; therefore a [`search_key`] carries such fields a second time as
//! they are, and such a [`Term`] is looked for as it is. The same holds for the spacing accents (`´`, `¨`),
//! which fold to a space and would otherwise occur everywhere.
//!
//! Numbers are compared by their digits (`digits`), however they are punctuated.

mod digits;
mod letters;

use std::collections::BTreeSet;

use caseless::Caseless;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::text::nfc;

/// The version of the normalization. It grows when the fold of any character or what a [`search_key`] consists of changes:
/// stored keys are rebuilt then, and cursors that carry a folded text are refused.
pub const FOLD_VERSION: u32 = 2;

/// The text as search and sorting see it.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        push_folded(c, &mut folded);
    }
    folded
}

/// A field that search looks into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SearchField<'a> {
    /// A text, whose numbers are compared word by word.
    Text(&'a str),
    /// A telephone number, whose digits are compared as a whole.
    Phone(&'a str),
}

impl<'a> SearchField<'a> {
    /// The field as it was written; empty if the record has none.
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Phone(text) => text,
        }
    }
}

impl<'a> From<&'a str> for SearchField<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// The text that a record is found by: its fields folded, one a line; below them, as they are, the fields that hold a
/// character which folds to nothing; and below those the digits of numbers whose digits punctuation or spaces part.
///
/// A [`Term`] holds no line break, so that it never matches across two fields.
pub fn search_key<'a, F: Into<SearchField<'a>>>(fields: impl IntoIterator<Item = F>) -> String {
    let mut key = String::new();
    let mut literal = String::new();
    let mut numbers = BTreeSet::new();
    for (i, field) in fields.into_iter().map(Into::into).enumerate() {
        if i > 0 {
            key.push('\n');
        }
        let folded = fold(field.as_str());
        match field {
            SearchField::Text(_) => digits::of_words(&folded, &mut numbers),
            SearchField::Phone(_) => digits::of_phone(&folded, &mut numbers),
        }
        key.push_str(&folded);
        if has_vanishing(field.as_str()) {
            literal.push('\n');
            literal.push_str(&nfc(field.as_str()));
        }
    }
    key.push_str(&literal);
    for number in numbers {
        key.push('\n');
        key.push_str(&number);
    }
    key
}

/// One word of a search, ready to be looked for in a [`search_key`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    text: String,
}

impl Term {
    /// The term for a word that holds no white space: of digits and phone punctuation alone its digits, of a word that
    /// folds to nothing the word itself, of any other its fold.
    ///
    /// Its text may hold a space all the same: a spacing accent inside a word folds to one.
    pub fn of(raw: &str) -> Self {
        let folded = fold(raw);
        let text =
            if folded.trim().is_empty() { nfc(raw) } else { digits::of_term(&folded).unwrap_or(folded) };
        Self { text }
    }

    /// What is looked for in the key, character by character.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a record with this [`search_key`] is meant. The empty term means every record.
    pub fn matches(&self, key: &str) -> bool {
        key.contains(&self.text)
    }
}

/// Whether a text holds a character that is no white space, but of which folding leaves at most that.
fn has_vanishing(text: &str) -> bool {
    let mut folded = String::new();
    text.chars().any(|c| {
        if c.is_ascii() || c.is_whitespace() {
            return false;
        }
        folded.clear();
        push_folded(c, &mut folded);
        folded.trim().is_empty()
    })
}

/// Appends the fold of one character. A character may come apart into some that fold further (`Ǿ` → `O` with
/// marks → `ø` → `o`); every step leads to letters that are nearer to the end, which a test over all of Unicode
/// confirms.
fn push_folded(c: char, folded: &mut String) {
    if c.is_ascii() {
        folded.push(c.to_ascii_lowercase());
        return;
    }
    decompose_compatible(c, |part| {
        if is_combining_mark(part) {
            return;
        }
        if let Some(plain) = letters::plain(part) {
            folded.push_str(plain);
            return;
        }
        for small in std::iter::once(part).default_case_fold() {
            if small == part {
                folded.push(small);
            } else {
                push_folded(small, folded);
            }
        }
    });
}

#[cfg(test)]
mod tests;
