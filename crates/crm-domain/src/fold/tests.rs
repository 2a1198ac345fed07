use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::*;

fn every_char() -> impl Iterator<Item = char> {
    '\0'..=char::MAX
}

/// What a search promises, said without a key: some field contains the term, both folded; a term of which
/// folding leaves nothing is contained as it is.
fn naively(fields: &[String], raw: &str) -> bool {
    let folded = fold(raw);
    if folded.trim().is_empty() {
        let raw: String = raw.nfc().collect();
        fields.iter().any(|field| field.nfc().collect::<String>().contains(&raw))
    } else {
        fields.iter().any(|field| fold(field).contains(&folded))
    }
}

#[test]
fn case_accents_and_spelling_do_not_matter() {
    for (text, folded) in [
        ("Zoë MÜLLER", "zoe muller"),
        ("Ångström", "angstrom"),
        ("A\u{30a}ngstro\u{308}m", "angstrom"),
        ("Søren Łódź Đorđe", "soren lodz dorde"),
        ("Straße STRAẞE", "strasse strasse"),
        ("Æon Œuvre ǽ Þór", "aeon oeuvre ae thor"),
        ("Ǿ ǿ", "o o"),
        ("İstanbul", "istanbul"),
        ("ısı", "ısı"),
        ("ﬃ ① ½ ㎏ Ⅳ", "ffi 1 1\u{2044}2 kg iv"),
        ("ΣΊΣΥΦΟΣ ς", "σισυφοσ σ"),
        ("Ёлка й", "елка и"),
        ("ｶﾞ ガ", "カ カ"),
        ("plain ASCII", "plain ascii"),
        ("", ""),
    ] {
        assert_eq!(fold(text), folded, "{text}");
    }
}

#[test]
fn hangul_comes_apart_so_that_a_syllable_is_found_while_it_is_typed() {
    assert!(fold("각").contains(&fold("가")));
    assert_eq!(fold("\u{1100}\u{1161}"), fold("가"));
}

#[test]
fn folding_twice_is_folding_once_for_every_character() {
    for c in every_char() {
        let once = fold(&c.to_string());
        assert_eq!(fold(&once), once, "U+{:04X}", u32::from(c));
    }
}

#[test]
fn no_character_folds_to_one_with_a_mark_or_another_case() {
    for c in every_char() {
        for part in fold(&c.to_string()).chars() {
            assert!(!is_combining_mark(part), "U+{:04X}", u32::from(c));
            assert!(!part.is_ascii_uppercase(), "U+{:04X}", u32::from(c));
        }
    }
}

#[test]
fn both_normal_forms_of_a_character_fold_alike() {
    for c in every_char() {
        let fold_of = |text: String| fold(&text);
        let own = fold(&c.to_string());
        assert_eq!(fold_of(std::iter::once(c).nfd().collect()), own, "U+{:04X}", u32::from(c));
        assert_eq!(fold_of(std::iter::once(c).nfkc().collect()), own, "U+{:04X}", u32::from(c));
    }
}

/// Latin, Greek, Cyrillic and Armenian: elsewhere the standard library may know newer letters than the fold.
#[test]
fn a_letter_and_its_capital_fold_alike() {
    for c in ('A'..='\u{58f}').chain('\u{1e00}'..='\u{1fff}') {
        let upper: String = c.to_uppercase().collect();
        if upper.to_lowercase() == c.to_string() {
            assert_eq!(fold(&upper), fold(&c.to_string()), "U+{:04X}", u32::from(c));
        }
    }
}

#[test]
fn no_character_folds_to_a_line_break_but_line_breaks() {
    for c in every_char().filter(|c| *c != '\n') {
        assert!(!fold(&c.to_string()).contains('\n'), "U+{:04X}", u32::from(c));
    }
}

/// FNV-1a over the folds of all characters that were assigned when this version was made.
#[test]
fn the_folds_of_all_characters_are_those_of_this_version() {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for c in every_char() {
        for byte in fold(&c.to_string()).bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    assert_eq!(
        (FOLD_VERSION, hash),
        (1, 16_156_147_341_461_561_488),
        "a new fold needs a new FOLD_VERSION: stored keys are out of date"
    );
}

#[test]
fn a_key_carries_fields_with_marks_a_second_time() {
    assert_eq!(search_key(["Zoë", "Acme"]), "zoe\nacme");
    assert_eq!(search_key(["Zoe\u{308}", "Acme"]), "zoe\nacme\nZo\u{eb}");
    assert_eq!(search_key(["I \u{2764}\u{fe0f} Rust", "b"]), "i \u{2764} rust\nb\nI \u{2764}\u{fe0f} Rust");
    assert_eq!(search_key([]), "");
}

#[test]
fn a_term_that_folds_to_nothing_is_meant_literally() {
    let key = search_key(["O\u{b4}Brien", "\u{2764}\u{fe0f}"]);
    assert!(Term::of("\u{b4}").matches(&key));
    assert!(Term::of("\u{fe0f}").matches(&key));
    assert!(!Term::of("\u{a8}").matches(&key));
    assert!(!Term::of("\u{b4}").matches(&search_key(["O Brien"])));
}

#[test]
fn a_term_is_text_and_never_a_pattern() {
    let key = search_key(["100% (sure)", "a_b*"]);
    for raw in ["%", "(", "_", "*", "100%", "(SURE)"] {
        assert!(Term::of(raw).matches(&key), "{raw}");
    }
    assert!(!Term::of("a.b").matches(&key));
    assert!(!Term::of("1%0").matches(&key));
}

#[test]
fn a_term_does_not_match_across_two_fields() {
    let key = search_key(["ab", "cd\u{301}"]);
    assert!(!Term::of("bc").matches(&key));
    assert!(Term::of("cd").matches(&key));
}

fn tricky() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec![
            "a", "B", "e", "i", "I", "İ", "ı", "ss", "ß", "o", "ø", "é", "e\u{301}", "\u{301}", "\u{327}", "\u{fe0f}",
            "\u{200d}", "❤", "❤\u{fe0f}", "👩\u{200d}👧", "가", "각", "\u{1100}", "\u{1161}", "\u{11a8}", "´", "¨", "के",
            "\u{947}", "क", "ﬃ", "f", "ǆ", "½", "Å", "\u{212b}", "ς", "Σ", "ʼn", "ŉ", "\u{345}", "ᾳ",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_filter("a word", |c| !c.is_whitespace()).prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn folding_goes_character_by_character(a in tricky(), b in tricky()) {
        prop_assert_eq!(fold(&format!("{a}{b}")), fold(&a) + &fold(&b));
    }

    #[test]
    fn the_key_finds_what_a_naive_search_finds(fields in proptest::collection::vec(tricky(), 0..4), raw in tricky()) {
        prop_assume!(!raw.is_empty());
        let key = search_key(fields.iter().map(String::as_str));
        prop_assert_eq!(Term::of(&raw).matches(&key), naively(&fields, &raw));
    }

    #[test]
    fn every_part_of_a_field_finds_it(before in tricky(), raw in "[^\\s\\pM]{1,4}", after in tricky()) {
        let key = search_key([format!("{before}{raw}{after}").as_str()]);
        let term = Term::of(&raw);
        prop_assume!(term.as_str() == fold(&raw));
        prop_assert!(term.matches(&key));
    }
}
