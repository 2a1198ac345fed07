//! Where a lead came from.

use crate::text;
use crate::values::clean_text;

clean_text! {
    /// Where a lead came from, in the words of the team: `Website`, `Fair 2026`.
    Source, max 50, text::line
}

/// `Unknown`.
impl Default for Source {
    fn default() -> Self {
        Self("Unknown".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flaw::Flaw;

    #[test]
    fn a_source_is_unknown_until_somebody_says() {
        assert_eq!(Source::default().as_str(), "Unknown");
        assert_eq!(Source::parse("Unknown").unwrap(), Source::default());
    }

    #[test]
    fn a_source_has_one_to_fifty_characters() {
        assert!(Source::parse(&"x".repeat(50)).is_ok());
        assert_eq!(Source::parse(&"x".repeat(51)).unwrap_err(), Flaw::too_long(50));
    }
}
