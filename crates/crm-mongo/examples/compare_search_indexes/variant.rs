//! The variants: what a lead is found by, and what the index is asked for.

use bson::{Document, doc};
use crm_domain::fold::Term;

use crate::Outcome;

/// The longest run of characters that is a gram.
const GRAM: usize = 3;

/// Where endings are cut off.
const ENDING: usize = 16;

/// A form of the index. In all of them, it is on an array of texts, `keys.found`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Variant {
    /// Every run of one, two and three characters, by itself.
    Grams,
    /// The same, followed by what counters count apart: status, archived, owner.
    Scoped,
    /// The same, followed by what seldom changes: archived, owner.
    Steady,
    /// The same, followed by the list's order.
    Ordered,
    /// The run of three characters that begins at each, shorter at the end of a field. A shorter term is a stretch.
    Trigrams,
    /// Every word. A term is a stretch, and found at the beginning of a word only.
    Words,
    /// Every ending of every word. A term is a stretch, and found wherever it is.
    Endings,
}

impl Variant {
    /// Every variant.
    pub(crate) const ALL: [Self; 7] =
        [Self::Grams, Self::Scoped, Self::Steady, Self::Ordered, Self::Trigrams, Self::Words, Self::Endings];

    /// Its name, also that of its collection.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Grams => "grams",
            Self::Scoped => "scoped",
            Self::Steady => "steady",
            Self::Ordered => "ordered",
            Self::Trigrams => "trigrams",
            Self::Words => "words",
            Self::Endings => "endings",
        }
    }

    /// The variant of this name.
    pub(crate) fn parse(name: &str) -> Outcome<Self> {
        let found = Self::ALL.into_iter().find(|variant| variant.name() == name);
        found.ok_or_else(|| format!("there is no variant {name}").into())
    }

    /// The fields of its index.
    pub(crate) fn index(self) -> Document {
        match self {
            Self::Grams | Self::Trigrams | Self::Words | Self::Endings => doc! { "keys.found": 1 },
            Self::Scoped => doc! { "keys.found": 1, "status": 1, "archived": 1, "owner": 1 },
            Self::Steady => doc! { "keys.found": 1, "archived": 1, "owner": 1 },
            Self::Ordered => doc! { "keys.found": 1, "archived": 1, "updated_at": 1, "_id": 1, "owner": 1 },
        }
    }

    /// Whether the index knows whose a lead is and whether it is archived.
    pub(crate) fn knows_scope(self) -> bool {
        match self {
            Self::Scoped | Self::Steady | Self::Ordered => true,
            Self::Grams | Self::Trigrams | Self::Words | Self::Endings => false,
        }
    }

    /// What a lead with this search key is found by.
    pub(crate) fn found_by(self, text: &str) -> Vec<String> {
        let mut found: Vec<String> = match self {
            Self::Grams | Self::Scoped | Self::Steady | Self::Ordered => {
                text.lines().flat_map(|line| (1..=GRAM).flat_map(|length| runs(line, length))).collect()
            }
            Self::Trigrams => text.lines().flat_map(|line| endings(line, GRAM)).collect(),
            Self::Words => {
                let parts = |word: &str| -> Vec<String> {
                    word.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect()
                };
                text.split_whitespace()
                    .flat_map(|word| parts(word).into_iter().chain([word.to_owned()]))
                    .collect()
            }
            Self::Endings => text.split_whitespace().flat_map(|word| endings(word, ENDING)).collect(),
        };
        found.retain(|one| !one.is_empty());
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What the index can be asked for this term. Each of these holds for every lead that is meant.
    pub(crate) fn asked(self, term: &Term) -> Vec<Document> {
        let text = term.as_str();
        let is = |gram: String| doc! { "keys.found": gram };
        let begins = |with: &str| vec![doc! { "keys.found": { "$regex": format!("^{}", literal(with)) } }];
        match self {
            Self::Grams | Self::Scoped | Self::Steady | Self::Ordered => {
                runs(text, GRAM.min(length(text))).map(is).collect()
            }
            Self::Trigrams if length(text) < GRAM => begins(text),
            Self::Trigrams => runs(text, GRAM).map(is).collect(),
            Self::Words => begins(text),
            Self::Endings => begins(&text.chars().take(ENDING).collect::<String>()),
        }
    }

    /// Whether a lead that the index leads to is meant, with no look at its text.
    pub(crate) fn is_exact(self, term: &Term) -> bool {
        match self {
            Self::Grams => false,
            Self::Scoped | Self::Steady | Self::Ordered | Self::Trigrams => length(term.as_str()) <= GRAM,
            Self::Words => true,
            Self::Endings => length(term.as_str()) <= ENDING,
        }
    }

    /// What is asked of a lead itself.
    pub(crate) fn occurs(self, term: &Term) -> Document {
        match self {
            Self::Grams | Self::Scoped | Self::Steady | Self::Ordered | Self::Trigrams | Self::Endings => {
                doc! { "keys.text": { "$regex": literal(term.as_str()) } }
            }
            Self::Words => {
                doc! { "keys.found": { "$regex": format!("^{}", literal(term.as_str())) } }
            }
        }
    }
}

/// All runs of so many characters.
fn runs(text: &str, length: usize) -> impl Iterator<Item = String> {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(length.max(1)).map(|run| run.iter().collect()).collect::<Vec<String>>().into_iter()
}

/// What stands from each character on, cut off at so many.
fn endings(text: &str, most: usize) -> impl Iterator<Item = String> {
    text.char_indices().filter_map(move |(at, _)| Some(text.get(at..)?.chars().take(most).collect()))
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// A pattern that this text matches and no other.
fn literal(text: &str) -> String {
    let escape = |c: char| (c.is_ascii() && !c.is_ascii_alphanumeric()).then_some('\\');
    text.chars().flat_map(|c| escape(c).into_iter().chain([c])).collect()
}
