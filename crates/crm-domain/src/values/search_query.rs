//! What somebody looks for.

use crate::flaw::Flaw;
use crate::fold::Term;
use crate::text;

/// The words of a search: literal text, never a pattern. A record is found if every term occurs in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    text: String,
    terms: Vec<Term>,
}

impl SearchQuery {
    /// The most characters it may have.
    pub const MAX: usize = 200;

    /// Cleans and splits at white space, of which any kind will do.
    ///
    /// # Errors
    ///
    /// `required` if nothing is left, `control_character`, `too_long`.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let spaced: String = raw.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
        let text = text::line(&spaced, Self::MAX)?;
        let mut terms: Vec<Term> = Vec::new();
        for term in text.split_whitespace().map(Term::of) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        Ok(Self { text, terms })
    }

    /// The clean text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The terms in the order in which they were given; at least one, none empty, none twice.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Whether a record with this search key is meant.
    pub fn matches(&self, key: &str) -> bool {
        self.terms.iter().all(|term| term.matches(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::search_key;

    fn query(raw: &str) -> SearchQuery {
        SearchQuery::parse(raw).unwrap()
    }

    #[test]
    fn every_term_must_occur_somewhere() {
        let key = search_key(["Zoë Müller", "zoe@acme.example"]);
        assert!(query("zoe").matches(&key));
        assert!(query("  ACME\tmull ").matches(&key));
        assert!(!query("zoe smith").matches(&key));
        assert!(!query("muller zoe@acme.org").matches(&key));
    }

    #[test]
    fn terms_are_split_at_any_white_space_and_doubles_are_dropped() {
        let query = query("Zoë\u{a0}zoe\u{3000}X\nx y");
        assert_eq!(query.terms().iter().map(Term::as_str).collect::<Vec<_>>(), ["zoe", "x", "y"]);
    }

    #[test]
    fn a_query_has_one_to_two_hundred_characters() {
        assert!(SearchQuery::parse(&format!(" {} ", "x".repeat(200))).is_ok());
        assert_eq!(SearchQuery::parse(&"x".repeat(201)).unwrap_err(), Flaw::too_long(200));
        assert_eq!(SearchQuery::parse(" ").unwrap_err(), Flaw::required());
        assert_eq!(SearchQuery::parse("a\0").unwrap_err().code, "control_character");
    }
}
