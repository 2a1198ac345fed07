//! What people, leads and customers are called.

use crate::text;
use crate::values::clean_text;

clean_text! {
    /// The name of a user.
    PersonName, max 200, text::line
}

clean_text! {
    /// The name of a lead or a customer: a person or a firm.
    Name, max 200, text::line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flaw::Flaw;

    #[test]
    fn a_name_has_one_to_two_hundred_characters() {
        assert_eq!(Name::parse(" Ada  Lovelace ").unwrap().as_str(), "Ada  Lovelace");
        assert_eq!(Name::parse("x").unwrap().to_string(), "x");
        assert_eq!(Name::parse(&"\u{e9}".repeat(200)).unwrap().into_string().chars().count(), 200);
        assert_eq!(Name::parse(&"x".repeat(201)).unwrap_err(), Flaw::too_long(200));
        assert_eq!(PersonName::parse(" \t").unwrap_err(), Flaw::required());
        assert_eq!(PersonName::parse("a\nb").unwrap_err().code, "control_character");
    }

    #[test]
    fn two_spellings_of_one_accent_are_one_name() {
        assert_eq!(Name::parse("Zoe\u{308}"), Name::parse("Zo\u{eb}"));
    }
}
