//! Labels on leads and customers.

use crate::flaw::Flaw;
use crate::fold::fold;
use crate::text;
use crate::values::clean_text;

clean_text! {
    /// A label in the words of the team.
    Tag, max 50, text::line
}

/// The labels of one record, in the order in which they were given; no two that fold to the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Tags(Vec<Tag>);

impl Tag {
    /// The label of every customer that was a lead.
    pub fn converted() -> Self {
        Self(CONVERTED.to_owned())
    }

    /// The form in which tags are compared.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

const CONVERTED: &str = "converted";

impl Tags {
    /// The most labels that people may put on a record.
    pub const MAX: usize = 20;

    /// The most labels a record can have: conversion adds one, which must fit even where people used up theirs,
    /// and a client that sends the record back must not be refused for it.
    pub const MAX_WITH_CONVERTED: usize = Self::MAX + 1;

    /// No labels.
    pub fn none() -> Self {
        Self::default()
    }

    /// Of labels that fold to the same the first is kept.
    ///
    /// # Errors
    ///
    /// `too_many` if more than [`Tags::MAX`] are left, not counting [`Tag::converted`].
    pub fn new(tags: impl IntoIterator<Item = Tag>) -> Result<Self, Flaw> {
        let mut kept = Self::default();
        let mut folds: Vec<String> = Vec::new();
        for tag in tags {
            let folded = tag.folded();
            if !folds.contains(&folded) {
                if folds.iter().filter(|own| *own != CONVERTED).count() >= Self::MAX && folded != CONVERTED {
                    return Err(Flaw::too_many(Self::MAX));
                }
                folds.push(folded);
                kept.0.push(tag);
            }
        }
        Ok(kept)
    }

    /// The same labels and [`Tag::converted`].
    #[must_use]
    pub fn with_converted(mut self) -> Self {
        let converted = Tag::converted();
        if !self.has(CONVERTED) {
            self.0.push(converted);
        }
        self
    }

    /// Whether one of them folds to the same as `text`.
    pub fn has(&self, text: &str) -> bool {
        let wanted = fold(text);
        self.0.iter().any(|tag| tag.folded() == wanted)
    }

    /// The labels in order.
    pub fn as_slice(&self) -> &[Tag] {
        &self.0
    }

    /// The labels in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Tag> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<'a> IntoIterator for &'a Tags {
    type Item = &'a Tag;
    type IntoIter = std::slice::Iter<'a, Tag>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: &[&str]) -> Result<Tags, Flaw> {
        Tags::new(names.iter().map(|name| Tag::parse(name).unwrap()))
    }

    fn numbered(n: usize) -> Vec<String> {
        (0..n).map(|i| format!("tag {i}")).collect()
    }

    #[test]
    fn a_tag_has_one_to_fifty_characters() {
        assert!(Tag::parse(&"x".repeat(50)).is_ok());
        assert_eq!(Tag::parse(&"x".repeat(51)).unwrap_err(), Flaw::too_long(50));
        assert_eq!(Tag::parse(" ").unwrap_err(), Flaw::required());
    }

    #[test]
    fn of_tags_that_fold_alike_the_first_is_kept() {
        let tags = tags(&["VIP", "Café", "vip", "CAFE", "hot"]).unwrap();
        assert_eq!(tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["VIP", "Café", "hot"]);
        assert!(tags.has("cafe") && tags.has("Vip") && !tags.has("caf"));
    }

    #[test]
    fn twenty_tags_fit_and_doubles_do_not_count() {
        let mut names = numbered(20);
        assert_eq!(tags(&names.iter().map(String::as_str).collect::<Vec<_>>()).unwrap().len(), 20);
        names.push("TAG 3".to_owned());
        assert_eq!(tags(&names.iter().map(String::as_str).collect::<Vec<_>>()).unwrap().len(), 20);
        names.push("one more".to_owned());
        assert_eq!(
            tags(&names.iter().map(String::as_str).collect::<Vec<_>>()).unwrap_err(),
            Flaw::too_many(20)
        );
    }

    #[test]
    fn the_tag_of_a_conversion_always_fits_and_can_be_sent_back() {
        let names = numbered(20);
        let full = tags(&names.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        let converted = full.with_converted();
        assert_eq!(converted.len(), Tags::MAX_WITH_CONVERTED);
        assert_eq!(Tags::new(converted.iter().cloned()), Ok(converted.clone()));
        let backwards = Tags::new(converted.iter().rev().cloned());
        assert_eq!(backwards.unwrap().len(), Tags::MAX_WITH_CONVERTED);
        assert_eq!(converted.clone().with_converted(), converted);
    }

    #[test]
    fn the_tag_of_a_conversion_is_added_once_whatever_its_case() {
        assert_eq!(tags(&["Converted"]).unwrap().with_converted().len(), 1);
        assert_eq!(Tags::none().with_converted().as_slice(), [Tag::converted()]);
    }
}
