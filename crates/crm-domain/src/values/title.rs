//! What a task is about, in one line.

use crate::text;
use crate::values::clean_text;

clean_text! {
    /// The title of a task.
    Title, max 300, text::line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flaw::Flaw;

    #[test]
    fn a_title_has_one_to_three_hundred_characters_on_one_line() {
        assert_eq!(Title::parse(" Call back ").unwrap().as_str(), "Call back");
        assert!(Title::parse(&"x".repeat(300)).is_ok());
        assert_eq!(Title::parse(&"x".repeat(301)).unwrap_err(), Flaw::too_long(300));
        assert_eq!(Title::parse("two\nlines").unwrap_err().code, "control_character");
    }
}
