//! Search: an inverted index of the grams of every record's search key ([`index`]).
//!
//! A record's document holds, as words, every run of one, two and three characters of its search key (none across a
//! line break), and one word for its owner. A term of one or two characters is a word itself; a longer one is found
//! where all its runs of three are, and whoever asks then makes sure of it (`holds(search_key, term)`). Words are
//! hex, so that whatever somebody looks for, no character of it means anything to the index.

mod index;

use crm_domain::access::scope::OwnerRange;
use crm_domain::fold::Term;
use crm_domain::ids::UserId;
use uuid::Uuid;

pub(crate) use self::index::{CUSTOMERS, LEADS, TASKS};

/// The longest run of characters that is a word.
const LONGEST: usize = 3;

/// How many runs of longer terms the index is asked for at most: more make the answer later, not better, as it is
/// verified anyway.
const ASKED: usize = 6;
/// How many short terms it is asked for at most.
const ASKED_SHORT: usize = 16;

/// What the index is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expression {
    /// The question, as it stands behind MATCH.
    pub(crate) text: String,
    /// Whether all that the index finds is what is looked for, so that nothing is to be verified.
    pub(crate) is_exact: bool,
}

/// What the index is asked for the records of these owners in which these terms may occur. `reach` tells of a word how far
/// its first records reach: the further, the fewer records have it; of a longer term's runs the rarest are asked for.
fn expression<E>(
    terms: &[Term],
    range: OwnerRange,
    mut reach: impl FnMut(&str) -> Result<i64, E>,
) -> Result<Expression, E> {
    let (mut short, mut runs): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for term in terms.iter().map(Term::as_str) {
        if is_word(term) {
            short.push(term);
        } else {
            push_runs(term, LONGEST, &mut runs);
        }
    }
    let is_exact = runs.is_empty() && short.len() <= ASKED_SHORT;
    short.truncate(ASKED_SHORT);
    runs.sort_unstable();
    runs.dedup();
    let mut words: Vec<String> = runs.into_iter().map(quoted).collect();
    if words.len() > ASKED {
        let mut reaching = Vec::with_capacity(words.len());
        for word in words {
            reaching.push((reach(&word)?, word));
        }
        reaching.sort_unstable_by(|(one, _), (other, _)| other.cmp(one));
        words = reaching.into_iter().take(ASKED).map(|(_, word)| word).collect();
    }
    words.extend(short.into_iter().map(quoted));
    let owner = match range {
        OwnerRange::Everyone | OwnerRange::Empty => None,
        OwnerRange::Nobody => Some(None),
        OwnerRange::User(user) => Some(Some(user)),
    };
    words.extend(owner.map(|owner| {
        let mut word = String::from("\"");
        push_owner(owner, &mut word);
        word + "\""
    }));
    Ok(Expression { text: words.join(" AND "), is_exact })
}

/// Whether a term is a word of the index.
fn is_word(term: &str) -> bool {
    term.chars().nth(LONGEST).is_none()
}

/// A gram as a question.
fn quoted(gram: &str) -> String {
    let mut word = String::with_capacity(gram.len() * 2 + 2);
    word.push('"');
    push_hex(gram, &mut word);
    word.push('"');
    word
}

/// The words of a record.
fn document(search_key: &str, owner: Option<UserId>) -> String {
    let mut grams: Vec<&str> = Vec::with_capacity(search_key.len() * LONGEST);
    for line in search_key.split('\n') {
        for length in 1..=LONGEST {
            push_runs(line, length, &mut grams);
        }
    }
    grams.sort_unstable();
    grams.dedup();
    let mut document = String::with_capacity(grams.len() * 7 + 33);
    for gram in grams {
        push_hex(gram, &mut document);
        document.push(' ');
    }
    push_owner(owner, &mut document);
    document
}

/// All runs of so many characters.
fn push_runs<'a>(line: &'a str, length: usize, runs: &mut Vec<&'a str>) {
    let ends = line.char_indices().map(|(at, c)| at + c.len_utf8()).skip(length - 1);
    let starts = line.char_indices().map(|(at, _)| at);
    runs.extend(starts.zip(ends).filter_map(|(start, end)| line.get(start..end)));
}

fn push_hex(gram: &str, text: &mut String) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    for byte in gram.bytes() {
        text.extend([byte >> 4, byte & 15].iter().filter_map(|digit| DIGITS.get(usize::from(*digit))));
    }
}

/// No gram has an `o` in it.
fn push_owner(owner: Option<UserId>, text: &mut String) {
    text.push('o');
    if let Some(user) = owner {
        text.push_str(user.uuid().simple().encode_lower(&mut Uuid::encode_buffer()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_holds_each_run_of_up_to_three_characters_once() {
        assert_eq!(document("aba\né", None), "61 6162 616261 62 6261 c3a9 o");
        assert_eq!(document("", None), "o");
    }

    fn asked(text: &str, range: OwnerRange, reach: fn(&str) -> i64) -> Expression {
        let terms: Vec<Term> = text.split(' ').map(Term::of).collect();
        expression(&terms, range, |word| Ok::<_, std::convert::Infallible>(reach(word))).unwrap()
    }

    #[test]
    fn a_short_term_is_a_word_and_a_long_one_its_runs_of_three() {
        let asked = |text| asked(text, OwnerRange::Everyone, |_| 0);
        let exact = |text: &str| Expression { text: text.to_owned(), is_exact: true };
        assert_eq!(asked("a"), exact("\"61\""));
        assert_eq!(asked("ab"), exact("\"6162\""));
        assert_eq!(asked("abc"), exact("\"616263\""));
        assert_eq!(asked("a b"), exact("\"61\" AND \"62\""));
        assert_eq!(asked("\"*"), exact("\"222a\""));
        let long = Expression { text: "\"616161\" AND \"616162\"".to_owned(), is_exact: false };
        assert_eq!(asked("aaaab"), long);
    }

    #[test]
    fn of_many_runs_those_are_asked_for_that_reach_furthest() {
        let reach = |word: &str| i64::try_from(word.bytes().map(u64::from).sum::<u64>()).unwrap();
        let found = asked("abcdefghijkl", OwnerRange::Nobody, reach);
        assert_eq!(found.text.matches(" AND ").count(), ASKED, "{found:?}");
        for rare in ["\"6a6b6c\"", "\"696a6b\"", "\"o\""] {
            assert!(found.text.contains(rare), "{found:?}");
        }
        assert!(!found.text.contains("\"616263\""), "{found:?}");
    }

    #[test]
    fn the_index_is_asked_for_a_bounded_number_of_words() {
        let letters = ('a'..='z').chain('0'..='9').chain('а'..='я');
        let many: Vec<String> = letters.map(String::from).collect();
        let found = asked(&many.join(" "), OwnerRange::Nobody, |_| 0);
        assert_eq!(found.text.matches(" AND ").count(), ASKED_SHORT);
        assert!(!found.is_exact, "some were not asked for");
        assert_eq!(asked(&many.concat(), OwnerRange::Nobody, |_| 0).text.matches(" AND ").count(), ASKED);
    }
}
