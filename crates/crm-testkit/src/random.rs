//! Random data that can be had again.

use std::time::Duration;

use crm_domain::timestamp::Timestamp;
use crm_domain::values::name::Name;
use crm_domain::values::search_query::SearchQuery;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A source of random data. If a test fails while it lives, it prints its seed.
#[derive(Debug)]
pub struct Random {
    rng: StdRng,
    seed: u64,
}

impl Random {
    /// A source with a new seed, or with that in `CRM_TEST_SEED`.
    #[expect(clippy::new_without_default, reason = "each is another: there is none that is the usual one")]
    pub fn new() -> Self {
        let asked = std::env::var("CRM_TEST_SEED").ok();
        let seed = asked.map_or_else(rand::random, |seed| seed.parse().expect("CRM_TEST_SEED is a number"));
        Self { rng: StdRng::seed_from_u64(seed), seed }
    }

    /// What it makes all its data of.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// True that often.
    pub fn chance(&mut self, likely: f64) -> bool {
        self.rng.random_bool(likely)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.rng.random_range(0..end)
    }

    /// One of these, of which there must be some.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One of these, if there are any.
    pub fn of<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| *self.pick(from))
    }

    /// One of these words.
    pub fn word(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }

    /// Some of these, each once, in their order; perhaps none.
    pub fn some<T: Copy>(&mut self, from: &[T]) -> Vec<T> {
        from.iter().copied().filter(|_| self.chance(0.5)).collect()
    }

    /// Puts them in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }

    /// `Some` that often.
    pub fn maybe<T>(&mut self, likely: f64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(likely).then(|| make(self))
    }

    /// A moment up to so many whole units after `start`.
    pub fn after(&mut self, start: Timestamp, units: u32, unit: Duration) -> Timestamp {
        start.plus(unit * self.rng.random_range(0..=units))
    }

    /// A line of text out of everything that is hard to search for.
    pub fn name(&mut self) -> Name {
        loop {
            if let Ok(name) = Name::parse(&self.text(10)) {
                return name;
            }
        }
    }

    /// A search: mostly for something that one of these texts holds.
    pub fn search(&mut self, texts: &[String]) -> SearchQuery {
        loop {
            let terms: Vec<String> = (0..=self.below(3)).map(|_| self.term(texts)).collect();
            if let Ok(query) = SearchQuery::parse(&terms.join(" ")) {
                return query;
            }
        }
    }

    /// A search for a piece of one of these texts, from so many characters to so many where it has them, if that is one:
    /// white space makes it several terms.
    pub fn piece(&mut self, texts: &[String], least: usize, most: usize) -> Option<SearchQuery> {
        let text: Vec<char> = self.pick(texts).chars().collect();
        let length = least + self.below(most - least + 1);
        let start = self.below(text.len().saturating_sub(length) + 1);
        let piece: String = text.iter().skip(start).take(length).collect();
        SearchQuery::parse(&piece).ok()
    }

    fn term(&mut self, texts: &[String]) -> String {
        if texts.is_empty() || self.chance(0.3) {
            return self.text(2);
        }
        if self.chance(0.2) {
            return self.number(texts);
        }
        let text: Vec<char> = self.pick(texts).chars().collect();
        let start = self.below(text.len().max(1));
        let length = 1 + self.below(5);
        let piece: String = text.iter().skip(start).take(length).collect();
        match self.below(4) {
            0 => piece.to_uppercase(),
            1 => piece.to_lowercase(),
            _ => piece,
        }
    }

    /// Some of the digits of one of these texts, punctuated as somebody might type them; nothing if it has none.
    fn number(&mut self, texts: &[String]) -> String {
        let digits: Vec<char> = self.pick(texts).chars().filter(char::is_ascii_digit).collect();
        let start = self.below(digits.len().max(1));
        let length = 1 + self.below(8);
        let mut number = String::new();
        for digit in digits.into_iter().skip(start).take(length) {
            number.push_str(self.word(&["", "", "", "-", "(", ")", "+", ".", "\u{2011}"]));
            number.push(digit);
        }
        number
    }

    /// At least one and at most so many pieces of everything that is hard to search for; perhaps nothing but space.
    pub fn text(&mut self, most: usize) -> String {
        (0..=self.below(most)).map(|_| *self.pick(&PIECES)).collect()
    }
}

/// ASCII in both cases, digraphs, accents composed and not, letters that are spelt out, ligatures, the Turkish i's,
/// Greek with its final sigma, emoji (joined, with selectors), Hangul, Han, marks alone, spacing accents, punctuation,
/// plain and typographic, numbers in parts, and what query languages take for their own.
const PIECES: [&str; 95] = [
    "a",
    "b",
    "c",
    "A",
    "B",
    "ab",
    "abc",
    "an",
    "x",
    "1",
    "2",
    "0",
    "é",
    "e\u{301}",
    "É",
    "e",
    "ë",
    "ñ",
    "ą",
    "ü",
    "u",
    "ø",
    "Ø",
    "o",
    "ß",
    "ẞ",
    "ss",
    "s",
    "æ",
    "Æ",
    "ae",
    "œ",
    "ł",
    "đ",
    "þ",
    "th",
    "ﬁ",
    "fi",
    "İ",
    "ı",
    "i",
    "σ",
    "ς",
    "Σ",
    "🦊",
    "🔥",
    "👩\u{200d}👧",
    "❤\u{fe0f}",
    "\u{fe0f}",
    "한",
    "하",
    "국",
    "ㅎ",
    "中",
    "文",
    "\u{301}",
    "\u{308}",
    "´",
    "¨",
    " ",
    " ",
    "\u{a0}",
    "%",
    "_",
    "*",
    "\"",
    "'",
    "\\",
    "(",
    ")",
    ".",
    "-",
    "AND",
    "OR",
    "^",
    ":",
    "’",
    "‘",
    "ʼ",
    "\u{2010}",
    "–",
    "ħ",
    "Ŧ",
    "ð",
    "Ð",
    "ƀ",
    "I",
    "１",
    "+",
    "/",
    "#",
    ",",
    "5-5",
    "0150",
    "2024-05",
];

impl Drop for Random {
    #[expect(clippy::print_stderr, reason = "whoever reads the failure needs the seed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("random data of CRM_TEST_SEED={}", self.seed);
        }
    }
}
