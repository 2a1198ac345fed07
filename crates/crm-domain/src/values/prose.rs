//! Text of any number of lines: notes and descriptions.

use crate::text;
use crate::values::clean_text;

clean_text! {
    /// The text of a note or the description of a task. Line breaks are `\n`.
    Prose, max 10_000, text::lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flaw::Flaw;

    #[test]
    fn prose_keeps_its_line_breaks() {
        assert_eq!(Prose::parse("\nfirst\r\n\r\nsecond\n").unwrap().as_str(), "first\n\nsecond");
    }

    #[test]
    fn prose_has_one_to_ten_thousand_characters() {
        assert!(Prose::parse(&"\u{1f600}".repeat(10_000)).is_ok());
        assert_eq!(Prose::parse(&"x".repeat(10_001)).unwrap_err(), Flaw::too_long(10_000));
        assert_eq!(Prose::parse("\n \n").unwrap_err(), Flaw::required());
        assert_eq!(Prose::parse("bell\u{7}").unwrap_err().code, "control_character");
    }
}
