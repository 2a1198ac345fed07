//! What is looked for.

use crm_domain::fold::fold;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::leads::{FORMS, Lead, SOURCES};

/// A kind of search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word of one in six leads, such as `newsletter`.
    Common,
    /// A name or firm of one in thirty, such as `andersson`.
    Frequent,
    /// What only one lead has.
    Rare,
    /// The same without its beginning.
    Inner,
    /// What none has.
    Absent,
    /// One character that some lead has.
    One,
    /// Two that some lead has beside each other.
    Two,
    /// First and last name of a lead.
    Pair,
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 8] = [
        Self::Common,
        Self::Frequent,
        Self::Rare,
        Self::Inner,
        Self::Absent,
        Self::One,
        Self::Two,
        Self::Pair,
    ];

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Frequent => "frequent",
            Self::Rare => "rare",
            Self::Inner => "inner",
            Self::Absent => "absent",
            Self::One => "one character",
            Self::Two => "two characters",
            Self::Pair => "two terms",
        }
    }

    /// A search of this kind, among so many leads.
    pub(crate) fn query(self, number: u64, leads: u64) -> String {
        let mut chance = StdRng::seed_from_u64(number);
        let lead = Lead::new(chance.random_range(0..leads.max(1)));
        let text = match self {
            Self::Common => {
                let words: Vec<&str> = FORMS.iter().chain(&SOURCES).copied().collect();
                let word = words.choose(&mut chance).copied().unwrap_or_default();
                word.split(' ').next().unwrap_or_default().to_owned()
            }
            Self::Frequent if number.is_multiple_of(2) => lead.first.to_owned(),
            Self::Frequent => lead.company.to_owned(),
            Self::Rare => lead.mailbox,
            Self::Inner => lead.mailbox.chars().skip(2).collect(),
            Self::Absent => {
                (0..8).map(|_| *b"bcdfghjkqvwxz".choose(&mut chance).unwrap_or(&b'q') as char).collect()
            }
            Self::One => piece(&mut chance, &lead.text, 1),
            Self::Two => piece(&mut chance, &lead.text, 2),
            Self::Pair => format!("{} {}", lead.first, lead.last),
        };
        fold(&text)
    }
}

/// So many characters of this text, none of them white space.
fn piece(chance: &mut StdRng, text: &str, length: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    let pieces: Vec<&[char]> =
        chars.windows(length).filter(|piece| !piece.iter().any(|c| c.is_whitespace())).collect();
    pieces.choose(chance).map(|piece| piece.iter().collect()).unwrap_or_default()
}
