//! The firm that a lead or a customer belongs to.

use crate::text;
use crate::values::clean_text;

clean_text! {
    /// The name of a firm.
    Company, max 200, text::line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flaw::Flaw;

    #[test]
    fn a_company_has_one_to_two_hundred_characters() {
        assert_eq!(Company::parse(" Müller & Söhne ").unwrap().as_str(), "Müller & Söhne");
        assert_eq!(Company::parse("").unwrap_err(), Flaw::required());
        assert!(Company::parse(&"x".repeat(200)).is_ok());
        assert_eq!(Company::parse(&"x".repeat(201)).unwrap_err(), Flaw::too_long(200));
    }
}
