//! What people write, and what they search for.

use crm_domain::values::name::Name;
use crm_testkit::random::Random;

/// Tags of leads and customers.
pub(super) const TAGS: [&str; 6] = ["VIP", "vip", "Straße", "strasse", "hot", "converted"];
/// Where leads come from.
pub(super) const SOURCES: [&str; 6] = ["Web", "web", "Messe Köln", "messe koln", "Cold call", "Unknown"];

const FIRST: [&str; 10] = ["Zoë", "zoe", "Ada", "Ærø", "aero", "Grace", "Łukasz", "Jürgen", "İpek", "中文"];
const LAST: [&str; 9] =
    ["Müller", "MULLER", "Lovelace", "Hopper", "O'Brien", "Søren", "Weiß", "国田", "Đoković"];
const COMPANIES: [&str; 8] = [
    "Acme GmbH",
    "ACME gmbh",
    "Øresund A/S",
    "Straße & Söhne GmbH",
    "50% off_",
    "O(n) Ltd",
    "Tidewater Ltd",
    "東京",
];
/// In many texts, and in none.
const COMMON: [&str; 4] = ["gmbh", "muller", "example", "Ltd"];
const ABSENT: [&str; 4] = ["zzqxj", "nowhere at all", "ÿÿÿÿ", "%%%_"];

/// A name, some of them hard to fold and to search for.
pub(super) fn name(random: &mut Random) -> String {
    if random.chance(0.3) {
        random.name().into_string()
    } else {
        format!("{} {}", random.word(&FIRST), random.word(&LAST))
    }
}

/// A name that sorts among others and that hardly anything else has.
pub(super) fn rare_name(random: &mut Random) -> String {
    format!("{} {}", name(random), random.below(10_000))
}

/// The name of a person with an account.
pub(super) fn person(random: &mut Random) -> String {
    format!("{} {}", random.word(&FIRST), random.word(&LAST))
}

pub(super) fn company(random: &mut Random) -> String {
    random.word(&COMPANIES).to_owned()
}

pub(super) fn email(random: &mut Random) -> String {
    let local = random.word(&["ada", "zoe", "x_y", "50%", "o'brien", "Jane.Doe"]);
    format!("{local}{}@{}", random.below(40), random.word(&["crm.example", "example.com"]))
}

pub(super) fn phone(random: &mut Random) -> String {
    format!("{}{}", random.word(&["+49 (0)30 ", "030/", "1.1-", "112x"]), random.below(1_000))
}

/// A line or a few, some of them hard.
pub(super) fn prose(random: &mut Random) -> String {
    let lines: Vec<String> = (0..=random.below(3)).map(|_| name(random)).collect();
    lines.join("\n")
}

/// What is typed into the search field: one or two characters, a piece of a text that was written, something that
/// many or no texts have, or several of these.
pub(super) fn search(random: &mut Random, texts: &[String]) -> String {
    let terms: Vec<String> = (0..=random.below(4).saturating_sub(1)).map(|_| term(random, texts)).collect();
    terms.join(" ")
}

fn term(random: &mut Random, texts: &[String]) -> String {
    match random.below(8) {
        0 => piece(random, texts, 1),
        1 => piece(random, texts, 2),
        2 | 3 => random.word(&COMMON).to_owned(),
        4 => random.word(&ABSENT).to_owned(),
        5 => Name::parse(&random.text(2)).map_or_else(|_| "a".to_owned(), Name::into_string),
        6 => piece(random, texts, 40),
        _ => {
            let length = 3 + random.below(6);
            piece(random, texts, length)
        }
    }
}

/// So many characters out of one of these texts, in whatever case.
fn piece(random: &mut Random, texts: &[String], length: usize) -> String {
    if texts.is_empty() {
        return "a".to_owned();
    }
    let text: Vec<char> = random.pick(texts).chars().collect();
    let start = if length >= text.len() { 0 } else { random.below(text.len() - length + 1) };
    let piece: String = text.iter().skip(start).take(length).collect();
    match random.below(3) {
        0 => piece.to_uppercase(),
        1 => piece.to_lowercase(),
        _ => piece,
    }
}
