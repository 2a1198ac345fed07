//! How every text that a client sends is cleaned before it becomes a value.
//!
//! A clean text is in NFC (so that what looks the same is the same), has no white space at its ends, and no
//! control characters; only a long text may have line breaks, which are always `\n`. Cleaning a clean text
//! changes nothing. Lengths are counted in characters after cleaning.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::flaw::Flaw;

/// Unicode's own line and paragraph separator, which are line breaks and no control characters.
const SEPARATORS: [char; 2] = ['\u{2028}', '\u{2029}'];

/// What comes to be `\n` in a long text.
const BREAKS: [char; 3] = ['\r', '\u{2028}', '\u{2029}'];

/// Cleans a text of one line with 1 to `max` characters.
///
/// # Errors
///
/// `required` if nothing is left, `control_character` (line breaks and tabs included), `too_long`.
pub fn line(raw: &str, max: usize) -> Result<String, Flaw> {
    let text = nfc(raw.trim());
    if text.contains(|c: char| c.is_control() || SEPARATORS.contains(&c)) {
        return Err(Flaw::control_character_in_line());
    }
    within(text, max)
}

/// Cleans a text of any number of lines with 1 to `max` characters.
///
/// # Errors
///
/// `required` if nothing is left, `control_character` (line breaks not included), `too_long`.
pub fn lines(raw: &str, max: usize) -> Result<String, Flaw> {
    let raw = raw.trim();
    let text =
        if raw.contains(BREAKS) { nfc(&raw.replace("\r\n", "\n").replace(BREAKS, "\n")) } else { nfc(raw) };
    if text.contains(|c: char| c.is_control() && c != '\n') {
        return Err(Flaw::control_character());
    }
    within(text, max)
}

/// The text in NFC.
pub fn nfc(text: &str) -> String {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.to_owned()
    } else {
        text.nfc().collect()
    }
}

/// Whether a text is nothing but white space.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

fn within(text: String, max: usize) -> Result<String, Flaw> {
    if text.is_empty() {
        return Err(Flaw::required());
    }
    // A text has never more characters than bytes, so that most need not be counted.
    if text.len() > max && text.chars().count() > max {
        return Err(Flaw::too_long(max));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn unicodes_own_separators_are_line_breaks() {
        assert_eq!(line("a\u{2028}b", 9).unwrap_err(), Flaw::control_character_in_line());
        assert_eq!(lines("a\u{2028}b\u{2029}c", 9).unwrap(), "a\nb\nc");
    }

    #[test]
    fn a_text_is_trimmed_and_composed_before_it_is_counted() {
        assert_eq!(line("  Zoe\u{0308} \u{3000}", 3).unwrap(), "Zo\u{eb}");
        assert_eq!(line("a b", 3).unwrap(), "a b");
        assert_eq!(line("\u{1f600}\u{1f600}", 2).unwrap().chars().count(), 2);
        assert_eq!(line("abcd", 3).unwrap_err(), Flaw::too_long(3));
    }

    #[test]
    fn nothing_but_white_space_is_nothing() {
        for raw in ["", " ", "\n\t", "\u{a0}\u{2003}"] {
            assert_eq!(line(raw, 9).unwrap_err(), Flaw::required());
            assert_eq!(lines(raw, 9).unwrap_err(), Flaw::required());
            assert!(is_blank(raw));
        }
    }

    #[test]
    fn one_line_has_no_control_characters() {
        for raw in ["a\nb", "a\tb", "a\0b", "a\u{7f}b", "a\u{85}b", "a\u{1b}[0m"] {
            assert_eq!(line(raw, 99).unwrap_err().code, "control_character", "{raw:?}");
        }
    }

    #[test]
    fn a_long_text_has_no_control_characters_but_line_breaks() {
        assert_eq!(lines("a\r\nb\rc\n\nd\r\n", 99).unwrap(), "a\nb\nc\n\nd");
        for raw in ["a\tb", "a\0b", "a\u{b}b", "a\u{c}b", "a\u{85}b"] {
            assert_eq!(lines(raw, 99).unwrap_err().code, "control_character", "{raw:?}");
        }
    }

    #[test]
    fn a_windows_line_break_counts_as_one_character() {
        assert!(lines("a\r\nb", 3).is_ok());
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(raw in "\\PC{0,20}|(\\s|\u{301}|\u{327}|e|\r\n){0,9}") {
            if let Ok(clean) = lines(&raw, 1000) {
                prop_assert_eq!(lines(&clean, 1000).unwrap(), clean.clone());
                prop_assert_eq!(clean.trim(), clean.as_str());
            }
            if let Ok(clean) = line(&raw, 1000) {
                prop_assert_eq!(line(&clean, 1000).unwrap(), clean);
            }
        }
    }
}
