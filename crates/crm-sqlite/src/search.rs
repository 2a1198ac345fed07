//! Search: an inverted index of the grams of every record's search key.
//!
//! A record's document holds, as words, every run of one, two and three characters of its search key (none across a
//! line break), and one word for its owner. A term of one or two characters is a word itself; a longer one is found
//! where all its runs of three are, and whoever asks then makes sure of it (`instr(search_key, term) > 0`). Words are
//! hex, so that whatever somebody looks for, no character of it means anything to the index.

use crm_domain::access::scope::OwnerRange;
use crm_domain::fold::Term;
use crm_domain::ids::UserId;
use rusqlite::Connection;
use uuid::Uuid;

/// The longest run of characters that is a word.
const LONGEST: usize = 3;

/// How many words the index is asked for at most: more make the answer later, not better, as it is verified anyway.
const ASKED: usize = 48;

/// The search index of one kind of record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SearchIndex {
    insert: &'static str,
    delete: &'static str,
}

/// The leads'.
pub(crate) const LEADS: SearchIndex = SearchIndex {
    insert: "INSERT INTO lead_search (rowid, grams) VALUES (?1, ?2)",
    delete: "DELETE FROM lead_search WHERE rowid = ?1",
};

/// The customers'.
pub(crate) const CUSTOMERS: SearchIndex = SearchIndex {
    insert: "INSERT INTO customer_search (rowid, grams) VALUES (?1, ?2)",
    delete: "DELETE FROM customer_search WHERE rowid = ?1",
};

/// The tasks'.
pub(crate) const TASKS: SearchIndex = SearchIndex {
    insert: "INSERT INTO task_search (rowid, grams) VALUES (?1, ?2)",
    delete: "DELETE FROM task_search WHERE rowid = ?1",
};

impl SearchIndex {
    /// Lets a new record be found.
    pub(crate) fn insert(
        self,
        conn: &Connection,
        n: i64,
        search_key: &str,
        owner: Option<UserId>,
    ) -> rusqlite::Result<()> {
        conn.prepare_cached(self.insert)?.execute((n, document(search_key, owner))).map(drop)
    }

    /// Lets a record be found by what it has become.
    pub(crate) fn replace(
        self,
        conn: &Connection,
        n: i64,
        search_key: &str,
        owner: Option<UserId>,
    ) -> rusqlite::Result<()> {
        self.delete(conn, n)?;
        self.insert(conn, n, search_key, owner)
    }

    /// Lets a record be found no more.
    pub(crate) fn delete(self, conn: &Connection, n: i64) -> rusqlite::Result<()> {
        conn.prepare_cached(self.delete)?.execute([n]).map(drop)
    }
}

/// What the index is asked for the records of these owners in which these terms may occur.
pub(crate) fn expression(terms: &[Term], range: OwnerRange) -> String {
    let mut grams: Vec<&str> = Vec::new();
    for term in terms {
        push_asked(term.as_str(), &mut grams);
    }
    grams.sort_unstable();
    grams.dedup();
    let every = grams.len().div_ceil(ASKED).max(1);
    let mut expression = String::new();
    for gram in grams.into_iter().step_by(every) {
        expression.push_str(if expression.is_empty() { "\"" } else { " AND \"" });
        push_hex(gram, &mut expression);
        expression.push('"');
    }
    match range {
        OwnerRange::Everyone | OwnerRange::Empty => {}
        OwnerRange::Nobody => expression.push_str(" AND \"o\""),
        OwnerRange::User(user) => {
            expression.push_str(" AND \"");
            push_owner(Some(user), &mut expression);
            expression.push('"');
        }
    }
    expression
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

/// The words that a term asks for: itself if it is short, else its longest runs.
fn push_asked<'a>(term: &'a str, grams: &mut Vec<&'a str>) {
    if term.chars().nth(LONGEST).is_none() {
        grams.push(term);
    } else {
        push_runs(term, LONGEST, grams);
    }
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

    #[test]
    fn a_short_term_is_a_word_and_a_long_one_its_runs_of_three() {
        let expression = |text| expression(&[Term::of(text)], OwnerRange::Everyone);
        assert_eq!(expression("a"), "\"61\"");
        assert_eq!(expression("ab"), "\"6162\"");
        assert_eq!(expression("abc"), "\"616263\"");
        assert_eq!(expression("aaaab"), "\"616161\" AND \"616162\"");
        assert_eq!(expression("\"*"), "\"222a\"");
    }

    #[test]
    fn the_index_is_asked_for_a_bounded_number_of_words() {
        let long: String = ('a'..='z').chain('0'..='9').chain('а'..='я').collect();
        let asked = expression(&[Term::of(&long)], OwnerRange::Nobody);
        assert!(asked.matches("AND").count() <= ASKED, "{asked}");
    }
}
