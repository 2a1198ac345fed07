//! Folding: how text is made equal for search, for sorting and for comparing tags.
//!
//! `fold` is NFKD without combining marks, then full case folding, then a few letters that Unicode does not
//! take apart (ø, ł, đ, æ, œ, þ) spelt as people search for them. It works character by character:
//! `fold(a + b) == fold(a) + fold(b)`, and folding twice is folding once. From this follows what search needs:
//! if a text contains another, its fold contains the other's fold.
//!
//! Marks and marks alone fold to nothing. Somebody who searches for one (an emoji's variation selector, a vowel
//! sign of an Indic script) means it literally; therefore a [`search_key`] carries such fields a second time as
//! they are, and such a [`Term`] is looked for as it is. The same holds for the spacing accents (`´`, `¨`),
//! which fold to a space and would otherwise occur everywhere.

use caseless::Caseless;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::text::nfc;

/// Grows when the fold of any character changes, which makes every stored search key out of date.
pub const FOLD_VERSION: u32 = 1;

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

/// The text that a record is found by: its fields folded, one a line, and below them, as they are, the fields
/// that hold a character which folds to nothing.
///
/// A [`Term`] holds no line break, so that it never matches across two fields.
pub fn search_key<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut key = String::new();
    let mut literal = String::new();
    for (i, field) in fields.into_iter().enumerate() {
        if i > 0 {
            key.push('\n');
        }
        key.push_str(&fold(field));
        if has_vanishing(field) {
            literal.push('\n');
            literal.push_str(&nfc(field));
        }
    }
    key.push_str(&literal);
    key
}

/// One word of a search, ready to be looked for in a [`search_key`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    text: String,
}

impl Term {
    /// The term for a word that holds no white space.
    ///
    /// Its text may hold a space all the same: a spacing accent inside a word folds to one.
    pub fn of(raw: &str) -> Self {
        let folded = fold(raw);
        let text = if folded.trim().is_empty() { nfc(raw) } else { folded };
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
        if let Some(spelt) = spelt_out(part) {
            folded.push_str(spelt);
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

/// The letters that have no decomposition, but for which people type others.
fn spelt_out(c: char) -> Option<&'static str> {
    match c {
        'ø' | 'Ø' => Some("o"),
        'ł' | 'Ł' => Some("l"),
        'đ' | 'Đ' => Some("d"),
        'ß' | 'ẞ' => Some("ss"),
        'æ' | 'Æ' => Some("ae"),
        'œ' | 'Œ' => Some("oe"),
        'þ' | 'Þ' => Some("th"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
