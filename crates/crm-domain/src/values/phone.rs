//! Telephone numbers, as people write them.

use crate::flaw::Flaw;
use crate::text;
use crate::values::text_access;

/// A telephone number as it was written: digits and `+ - . ( ) / x` and spaces, with at least one digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// The most characters it may have.
    pub const MAX: usize = 32;

    /// Cleans and checks.
    ///
    /// # Errors
    ///
    /// `required` if nothing is left, `control_character`, `too_long`, `invalid`.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let text = text::line(raw, Self::MAX)?;
        let allowed = |c: char| c.is_ascii_digit() || "+-.()/x ".contains(c);
        if text.chars().all(allowed) && text.contains(|c: char| c.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(Flaw::invalid("a telephone number of digits, spaces and + - . ( ) / x"))
        }
    }
}

text_access!(Phone);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_as_people_write_them() {
        for raw in ["+49 (0)30 / 123-45.67 x89", "0", "112", &"1".repeat(32)] {
            assert_eq!(Phone::parse(raw).unwrap().as_str(), raw);
        }
        assert_eq!(Phone::parse(" 030 ").unwrap().as_str(), "030");
    }

    #[test]
    fn what_cannot_be_dialled_is_refused() {
        for raw in ["+", "( )", "call me", "0800-FLOWERS", "\u{661}\u{662}", "1;2", "1\u{a0}2"] {
            assert_eq!(Phone::parse(raw).unwrap_err().code, "invalid", "{raw}");
        }
        assert_eq!(Phone::parse(&"1".repeat(33)).unwrap_err(), Flaw::too_long(32));
        assert_eq!(Phone::parse("").unwrap_err(), Flaw::required());
        assert_eq!(Phone::parse("1\n2").unwrap_err().code, "control_character");
    }
}
