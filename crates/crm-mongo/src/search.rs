//! Search: an index of the pieces of every record's search key, within the scope of who asks.
//!
//! A record is found by every run of one and two characters of each word of its search key, and by what stands from each
//! character of a word to its end, cut off at [`LONGEST`] characters, if it is longer than those runs. A term that is no
//! longer than a piece can be is a stretch of the index then: what it leads to has the term, and nothing else has. Of a
//! longer one the index is asked for some of its parts, and what they lead to is compared with the whole term.
//!
//! In front of the pieces the index has whose a record is, so that an agent's search looks at their own alone. One for
//! everybody's goes from owner to owner.

use std::cmp::Reverse;

use bson::{Bson, Document, doc};
use crm_app::error::StoreError;
use crm_app::paging::Total;
use crm_domain::fold::Term;
use crm_domain::values::search_query::SearchQuery;

use crate::reader::Reader;

/// Grows when records are found by other pieces, which makes those of every store out of date.
pub(crate) const PIECES_VERSION: u32 = 1;

/// The longest piece, in characters.
const LONGEST: usize = 12;

/// Runs of up to so many characters are pieces wherever they stand.
const SHORT: usize = 2;

/// Where a record's pieces are.
pub(crate) const PIECES: &str = "keys.pieces";

/// Where a record's search key is.
pub(crate) const TEXT: &str = "keys.text";

/// How many parts of what is looked for are compared.
const COMPARED: usize = 6;

/// So few that looking for a rarer part costs more.
const FEW: u64 = 64;

/// Something that the index can be asked for, which every record has that is meant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    characters: usize,
    /// What is asked of the index.
    pub(crate) asked: Document,
    /// What is known of every record to which this leads, if it is all of a term.
    pub(crate) proves: Option<Document>,
}

/// The pieces of a search key, each once.
pub(crate) fn pieces(key: &str) -> Vec<String> {
    let mut pieces: Vec<&str> = Vec::with_capacity(key.len() * (SHORT + 1));
    for word in key.split_whitespace() {
        for (at, _) in word.char_indices() {
            let Some(ending) = word.get(at..) else { continue };
            let (piece, characters) = cut(ending, LONGEST);
            pieces.extend((1..=SHORT.min(characters)).map(|length| cut(ending, length).0));
            if characters > SHORT {
                pieces.push(piece);
            }
        }
    }
    pieces.sort_unstable();
    pieces.dedup();
    pieces.into_iter().map(str::to_owned).collect()
}

/// What the index can be asked for, the longest first: they are the likeliest to be rare.
pub(crate) fn parts(terms: &[Term]) -> Vec<Part> {
    let mut parts: Vec<Part> = terms.iter().flat_map(|term| parts_of(term.as_str())).collect();
    parts.sort_by_key(|part| Reverse(part.characters));
    parts
}

/// The scope of everybody's records: the index begins with the owner.
pub(crate) fn of_everybody() -> Document {
    doc! { "owner": { "$gte": Bson::MinKey, "$lte": Bson::MaxKey } }
}

/// That every term occurs in the search key.
pub(crate) fn all_occur(query: &SearchQuery) -> impl Iterator<Item = Document> + '_ {
    query.terms().iter().map(|term| occurs(term.as_str()))
}

/// That the text occurs in the search key.
fn occurs(text: &str) -> Document {
    doc! { TEXT: { "$regex": literal(text) } }
}

/// The rarest of these parts among the records of a scope, which the index begins with, and how many have it, up to one
/// more than are counted exactly.
pub(crate) async fn rarest(
    reader: &mut Reader,
    collection: &str,
    index: &'static str,
    parts: &[Part],
    scope: &Document,
) -> Result<Option<(Part, u64)>, StoreError> {
    let mut rarest: Option<(&Part, u64)> = None;
    // One by one, as the parts of one pipeline cannot name the index, and others begin with the fields of the scope.
    for part in parts.iter().take(COMPARED) {
        let mut having = scope.clone();
        having.extend(part.asked.clone());
        let most = rarest.map_or(Total::EXACT_UP_TO + 1, |(_, least)| least);
        let count = reader.count(collection, having, Some(index), most).await?;
        if rarest.is_none() || count < most {
            rarest = Some((part, count));
        }
        if count <= FEW {
            break;
        }
    }
    Ok(rarest.map(|(part, count)| (part.clone(), count)))
}

/// What the index can be asked for of one term. It has nothing of a term of white space.
fn parts_of(term: &str) -> Vec<Part> {
    // A pattern with `|` in it, however it is written, is no stretch of an index to MongoDB. White space parts words.
    let stretches = term.split(|c: char| c == '|' || c.is_whitespace()).filter(|part| !part.is_empty());
    let mut parts = Vec::new();
    for stretch in stretches {
        let characters = stretch.chars().count();
        let whole = stretch.len() == term.len();
        let proves = whole.then(|| occurs(term));
        if characters <= SHORT {
            parts.push(Part { characters, asked: doc! { PIECES: stretch }, proves });
        } else if characters <= LONGEST {
            let begins = doc! { "$regex": format!("^{}", literal(stretch)) };
            parts.push(Part { characters, asked: doc! { PIECES: begins }, proves });
        } else {
            // What all have in common stands at the beginning, or at the end: an email has its domain there.
            for skipped in [0, (characters - LONGEST) / 2, characters - LONGEST] {
                let run = cut(after(stretch, skipped), LONGEST).0;
                parts.push(Part { characters: LONGEST, asked: doc! { PIECES: run }, proves: None });
            }
        }
    }
    parts
}

/// The first so many characters, and how many there were of them.
fn cut(text: &str, most: usize) -> (&str, usize) {
    let mut ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let mut characters = 0;
    let mut end = 0;
    while characters < most
        && let Some(next) = ends.next()
    {
        (characters, end) = (characters + 1, next);
    }
    (text.get(..end).unwrap_or_default(), characters)
}

/// What stands behind so many characters.
fn after(text: &str, skipped: usize) -> &str {
    text.char_indices().nth(skipped).and_then(|(at, _)| text.get(at..)).unwrap_or_default()
}

/// A pattern that this text matches and no other.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        // A backslash takes its meaning from every ASCII character that is no letter or digit, and from no other.
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(characters: usize, asked: impl Into<Bson>, proves: Option<&str>) -> Part {
        Part { characters, asked: doc! { PIECES: asked.into() }, proves: proves.map(occurs) }
    }

    fn parts(text: &str) -> Vec<Part> {
        super::parts(&[Term::of(text)])
    }

    #[test]
    fn a_record_is_found_by_short_runs_and_the_endings_of_its_words() {
        assert_eq!(pieces("abab\né x"), ["a", "ab", "abab", "b", "ba", "bab", "x", "é"]);
        assert_eq!(pieces(""), [""; 0]);
        let long = pieces("abcdefghijklmno");
        assert!(long.contains(&"abcdefghijkl".to_owned()) && long.contains(&"defghijklmno".to_owned()));
        assert!(long.iter().all(|piece| piece.chars().count() <= LONGEST));
    }

    #[test]
    fn a_term_as_long_as_a_piece_is_a_stretch_and_proves_itself() {
        assert_eq!(parts("a"), [part(1, "a", Some("a"))]);
        assert_eq!(parts("ab"), [part(2, "ab", Some("ab"))]);
        let begins = |pattern: &str| doc! { "$regex": pattern };
        assert_eq!(parts("abc"), [part(3, begins("^abc"), Some("abc"))]);
        assert_eq!(parts("abcdefghijkl"), [part(12, begins("^abcdefghijkl"), Some("abcdefghijkl"))]);
        assert_eq!(parts("a.c"), [part(3, begins("^a\\.c"), Some("a.c"))]);
    }

    #[test]
    fn of_a_longer_term_the_index_is_asked_for_three_runs_which_prove_nothing() {
        let asked = ["abcdefghijkl", "cdefghijklmn", "efghijklmnop"];
        assert_eq!(parts("abcdefghijklmnop"), asked.map(|run| part(12, run, None)));
    }

    #[test]
    fn a_pipe_and_a_space_part_a_term() {
        let begins = |pattern: &str| doc! { "$regex": pattern };
        assert_eq!(parts("ab|cde|"), [part(3, begins("^cde"), None), part(2, "ab", None)]);
        assert_eq!(parts("|"), []);
        assert_eq!(parts("a¨b"), [part(1, "a", None), part(1, "b", None)]);
        let both = super::parts(&[Term::of("ab"), Term::of("xyz")]);
        assert_eq!(both.iter().map(|part| part.characters).collect::<Vec<_>>(), [3, 2]);
    }

    #[test]
    fn nothing_in_a_pattern_means_more_than_itself() {
        assert_eq!(literal("a.*\\Eé1"), "a\\.\\*\\\\Eé1");
    }
}
