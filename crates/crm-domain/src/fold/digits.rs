//! Numbers as search sees them: by their digits.
//!
//! A **number** in a text is a longest run of digits and phone punctuation within one word, such as `2024-05-17`,
//! `(555)0150` or the `54` of `Studio 54`. A term of digits and phone punctuation alone occurs where its digits stand one
//! after the other in the digits of such a number, or of a telephone number as a whole. Letters end a number: the digits of
//! `zoe1@firm2.example` are `1` and `2`, and `x12` is no number but a text.
//!
//! All this is about folded text, in which other forms of the ASCII digits and of hyphens are the plain ones.

use std::collections::BTreeSet;

/// What stands between the digits of numbers.
const PUNCTUATION: [char; 8] = ['+', '-', '.', '(', ')', '/', '#', ','];

/// The digits of a term, if it has some and nothing else but phone punctuation.
pub(super) fn of_term(folded: &str) -> Option<String> {
    let is_number = folded.chars().all(is_numeric) && folded.contains(is_digit);
    is_number.then(|| only(folded))
}

/// Adds the digits of each number in a text, except where they stand together in it anyway.
pub(super) fn of_words(folded: &str, numbers: &mut BTreeSet<String>) {
    for number in folded.split(|c| !is_numeric(c)) {
        add(number, numbers);
    }
}

/// Adds the digits of a telephone number, extension included, except where they stand together in it anyway.
pub(super) fn of_phone(folded: &str, numbers: &mut BTreeSet<String>) {
    add(folded, numbers);
}

fn add(number: &str, numbers: &mut BTreeSet<String>) {
    // Most numbers have their digits together, which the key has already.
    let together = number.trim_matches(|c| !is_digit(c));
    if !together.chars().all(is_digit) {
        numbers.insert(only(together));
    }
}

fn only(text: &str) -> String {
    text.chars().filter(|c| is_digit(*c)).collect()
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_numeric(c: char) -> bool {
    is_digit(c) || PUNCTUATION.contains(&c)
}
