//! Search: an index of the grams of every record's search key.
//!
//! A record is found by every run of one, two and three characters of its search key (none across a line break). A
//! term of one or two characters is a gram itself; a longer one is found where all its runs of three are. The index is
//! asked for the rarest gram of all terms, and what it leads to is then compared with the whole terms. It goes on with
//! whose a record is, so that an agent's search for what everybody has looks at little beyond their own.

use bson::{Bson, Document, doc};
use crm_app::error::StoreError;
use crm_app::paging::Total;
use crm_domain::fold::Term;
use crm_domain::values::search_query::SearchQuery;

use crate::reader::{Reader, number};

/// The longest run of characters that is a gram.
const LONGEST: usize = 3;

/// How many grams are compared, and how many records of each are counted, in each round: a rare gram shows in the first
/// round, and the later ones, which cost more for each gram, compare fewer.
const ROUNDS: [(usize, u64); 2] = [(32, 100), (10, 1_000)];

/// Where a record's search key is.
pub(crate) const TEXT: &str = "keys.text";

/// How many grams are compared within the scope where all of them are common.
const COMPARED_IN_SCOPE: usize = 4;

/// The grams of a search key, each once.
pub(crate) fn grams(key: &str) -> Vec<String> {
    let mut grams: Vec<&str> = Vec::with_capacity(key.len() * LONGEST);
    for line in key.split('\n') {
        for length in 1..=LONGEST {
            push_runs(line, length, &mut grams);
        }
    }
    grams.sort_unstable();
    grams.dedup();
    grams.into_iter().map(str::to_owned).collect()
}

/// The grams that records in which these terms occur must have.
pub(crate) fn asked(terms: &[Term]) -> Vec<String> {
    let mut grams: Vec<&str> = Vec::new();
    for term in terms {
        let text = term.as_str();
        if text.chars().nth(LONGEST).is_none() {
            grams.push(text);
        } else {
            push_runs(text, LONGEST, &mut grams);
        }
    }
    grams.sort_unstable();
    grams.dedup();
    grams.into_iter().map(str::to_owned).collect()
}

/// That every term occurs in the search key.
pub(crate) fn all_occur(query: &SearchQuery) -> impl Iterator<Item = Document> + '_ {
    query.terms().iter().map(|term| occurs(term.as_str()))
}

/// Whether the text, a term or a gram, occurs in the search key. Of a record that has the gram it is known.
pub(crate) fn occurs(text: &str) -> Document {
    doc! { TEXT: { "$regex": literal(text) } }
}

/// The rarest of these grams among the records of a scope, and how many of them have it: exactly up to as many as are
/// counted, or how many have it in any scope, if these are few. The index goes on with the fields of the scope.
pub(crate) async fn rarest(
    reader: &mut Reader,
    collection: &str,
    index: &'static str,
    grams: &[String],
    scope: &Document,
) -> Result<Option<(String, u64)>, StoreError> {
    for (compared, most) in ROUNDS {
        let rarest = count(reader, collection, &sample(grams, compared), most).await?;
        if rarest.as_ref().is_none_or(|(_, count)| *count < most) {
            return Ok(rarest);
        }
    }
    // One by one, as the parts of one pipeline cannot name the index, and others begin with the fields of the scope.
    let mut rarest: Option<(String, u64)> = None;
    for gram in sample(grams, COMPARED_IN_SCOPE) {
        let mut having = doc! { "keys.grams": gram };
        having.extend(scope.clone());
        let most = rarest.as_ref().map_or(Total::EXACT_UP_TO + 1, |(_, least)| *least);
        let count = reader.count(collection, having, Some(index), most).await?;
        if rarest.is_none() || count < most {
            rarest = Some((gram.clone(), count));
        }
        if count == 0 {
            break;
        }
    }
    Ok(rarest)
}

/// So many of these grams, spread over all of them.
fn sample(grams: &[String], most: usize) -> Vec<&String> {
    grams.iter().step_by(grams.len().div_ceil(most).max(1)).collect()
}

/// The gram that the fewest records have, with one question for all; no more than `most` records of each are counted.
async fn count(
    reader: &mut Reader,
    collection: &str,
    grams: &[&String],
    most: u64,
) -> Result<Option<(String, u64)>, StoreError> {
    let counting = |gram: &str| {
        [
            doc! { "$match": { "keys.grams": gram } },
            doc! { "$limit": crate::documents::int(most) },
            doc! { "$group": { "_id": { "$literal": gram }, "n": { "$sum": 1_i64 } } },
        ]
    };
    let Some((first, others)) = grams.split_first() else { return Ok(None) };
    let mut pipeline = counting(first).to_vec();
    for gram in others {
        let others = counting(gram).map(Bson::from).to_vec();
        pipeline.push(doc! { "$unionWith": { "coll": collection, "pipeline": others } });
    }
    let counted = reader.aggregate(collection, pipeline, None).await?;
    let mut rarest: Option<(String, u64)> = None;
    for gram in grams {
        let found =
            counted.iter().find(|found| found.get_str("_id").is_ok_and(|found| found == gram.as_str()));
        let count = found.map_or(Ok(0), |found| number(found, "n"))?;
        if rarest.as_ref().is_none_or(|(_, least)| count < *least) {
            rarest = Some(((*gram).clone(), count));
        }
    }
    Ok(rarest)
}

/// All runs of so many characters.
fn push_runs<'a>(line: &'a str, length: usize, runs: &mut Vec<&'a str>) {
    let ends = line.char_indices().map(|(at, c)| at + c.len_utf8()).skip(length - 1);
    let starts = line.char_indices().map(|(at, _)| at);
    runs.extend(starts.zip(ends).filter_map(|(start, end)| line.get(start..end)));
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

    #[test]
    fn a_record_is_found_by_each_run_of_up_to_three_characters() {
        assert_eq!(grams("aba\né"), ["a", "ab", "aba", "b", "ba", "é"]);
        assert_eq!(grams(""), [""; 0]);
    }

    #[test]
    fn a_short_term_is_a_gram_and_a_long_one_its_runs_of_three() {
        let asked = |text| asked(&[Term::of(text)]);
        assert_eq!(asked("a"), ["a"]);
        assert_eq!(asked("ab"), ["ab"]);
        assert_eq!(asked("abc"), ["abc"]);
        assert_eq!(asked("aaaab"), ["aaa", "aab"]);
    }

    #[test]
    fn nothing_in_a_pattern_means_more_than_itself() {
        assert_eq!(literal("a.*\\Eé1"), "a\\.\\*\\\\Eé1");
    }
}
