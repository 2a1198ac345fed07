use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::*;

fn every_char() -> impl Iterator<Item = char> {
    '\0'..=char::MAX
}

/// What a search promises, said without a key: some field contains the term, both folded; a term of which
/// folding leaves nothing is contained as it is, and of a number the digits are.
fn naively(fields: &[String], raw: &str) -> bool {
    let folded = fold(raw);
    let number = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_numeric = |c: char| c.is_ascii_digit() || "+-.()/#,".contains(c);
    if folded.chars().all(is_numeric) && !number(&folded).is_empty() {
        let wanted = number(&folded);
        fields
            .iter()
            .any(|field| fold(field).split(|c| !is_numeric(c)).any(|run| number(run).contains(&wanted)))
    } else if folded.trim().is_empty() {
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
        ("ısı Işık IŞIK ışık", "isi isik isik isik"),
        ("Đặng Ħal Ŧ Ðuro Ɓ ⱥ Ⱥ ꟈ", "dang hal t duro b a a d"),
        ("O’Brien O‘Brien OʼBrien O′Brien O＇Brien", "o'brien o'brien o'brien o'brien o'brien"),
        ("a‐b a‑b a–b a—b a−b a－b a﹣b", "a-b a-b a-b a-b a-b a-b a-b"),
        ("a\u{a0}b\u{202f}c\u{2009}d\u{3000}e\u{1680}f", "a b c d e f"),
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
        (2, 2_446_699_525_844_054_126),
        "a new fold needs a new FOLD_VERSION: stored keys are out of date"
    );
}

/// The blocks that have Latin letters.
const LATIN: [std::ops::RangeInclusive<char>; 9] = [
    '\u{80}'..='\u{24f}',
    '\u{250}'..='\u{2af}',
    '\u{1d00}'..='\u{1dbf}',
    '\u{1e00}'..='\u{1eff}',
    '\u{2c60}'..='\u{2c7f}',
    '\u{a720}'..='\u{a7ff}',
    '\u{ab30}'..='\u{ab6f}',
    '\u{ff00}'..='\u{ff5e}',
    '\u{1df00}'..='\u{1dfff}',
];

/// The folds in the Latin blocks that are no ASCII letters: letters of their own, of phonetic notation, of medieval
/// manuscripts. A stroke, hook or dot on a letter that people type is on none of them.
const LETTERS_OF_THEIR_OWN: &str = "\
    ·ĸŋƅƍƕƛƣƨƪƹƻƽƿǀǁǂǃǝȝȣȸȹɂɐɑɒɔɘəɛɜɞɡɢɣɤɥɩɪɮɯɴɶɷɸɹɿʀʁʃʅʇʊʌʍʎʏʒʔ\
    ʕʖʗʘʙʚʜʞʟʢʣʤʦʧʨʩʪʫʬʭʾβγδθμρφχнᴀᴁᴂᴄᴅᴇᴈᴉᴊᴋᴍᴎᴏᴐᴑᴒᴔᴕᴖᴗᴘᴙᴚᴛᴜᴝᴞᴟᴠᴡ\
    ᴢᴣᴤᴥᴦᴧᴨᴩᴪᴫᴯᴻᵎᵫᵷᵹẟỻỽↄⱶⱷⱻꜣꜥꜧꜩꜫꜭꜰꜱꜳꜵꜷꜹꜽꝇꝏꝛꝝꝡꝣꝩꝫꝭꝯꝱꝲꝳꝴꝵꝶꝷꝸꝺꝼꝿꞁꞃꞅ\
    ꞇꞈꞏꞛꞝꞟꞯꞵꞷꞻꞽꞿꟁꟃ꟎꟏ꟑ꟒ꟓ꟔ꟕꟗꟙꟛꟶꟷꟺꟻꟼꟽꟾꟿꬱꬲꬵꬽꭀꭃꭅꭇꭈꭋꭍꭐꭑꭓꭠꭡꭢꭣꭤꭥ𝼁𝼂𝼃𝼇𝼐";

#[test]
fn every_latin_letter_folds_to_ascii_or_is_listed_as_a_letter_of_its_own() {
    let mut own = std::collections::BTreeSet::new();
    for c in LATIN.into_iter().flatten().filter(|c| c.is_alphabetic()) {
        let folded = fold(&c.to_string());
        if !folded.is_ascii() {
            own.extend(folded.chars().filter(|c| !c.is_ascii()));
        }
    }
    assert_eq!(own.into_iter().collect::<String>(), LETTERS_OF_THEIR_OWN);
}

#[test]
fn numbers_are_compared_by_their_digits() {
    use SearchField::{Phone, Text};
    let found = |raw: &str, field| {
        let key = search_key([field]);
        raw.split_whitespace().all(|raw| Term::of(raw).matches(&key))
    };
    let phone = Phone("+1 555 0150 4729");
    for raw in [
        "555 0150",
        "5550150",
        "(555)0150",
        "+1-555-0150-4729",
        "0150-47",
        "(1)",
        "+155",
        "４７２９",
        "555‑0150",
    ] {
        assert!(found(raw, phone), "{raw}");
    }
    for raw in ["5551", "1555-0150-47290", "0150x4729", "555%"] {
        assert!(!found(raw, phone), "{raw}");
    }
    assert!(found("47291", Phone("555 4729 x1")) && found("x1", Phone("555 4729 x1")));
    for (raw, text) in [
        ("54", "Studio 54"),
        ("5-4", "Studio 54"),
        ("2024-05", "2024-05-17"),
        ("2024/05", "as of 2024-05."),
        ("202405", "Q2024-05"),
        ("1200", "Order 1,200"),
        ("12", "zoe.12@firm.example"),
        ("+", "1+1"),
        ("-", "2024-05"),
    ] {
        assert!(found(raw, Text(text)), "{raw}: {text}");
    }
    for (raw, text) in [
        ("555-0150", "555 0150"),
        ("12", "zoe1@firm2.example"),
        ("12", "1x2"),
        ("12", "1 2"),
        ("12", "1_2"),
        ("-", "20240517"),
    ] {
        assert!(!found(raw, Text(text)), "{raw}: {text}");
    }
}

#[test]
fn a_key_holds_the_digits_of_a_number_only_where_they_are_apart() {
    use SearchField::{Phone, Text};
    assert_eq!(search_key([Text("Studio 54"), Text("a.1990@x")]), "studio 54\na.1990@x");
    assert_eq!(search_key([Text("1-2, 3/4 1.2"), Phone("555 01")]), "1-2, 3/4 1.2\n555 01\n12\n34\n55501");
    assert_eq!(search_key([Phone("+55501"), Phone("")]), "+55501\n");
}

#[test]
fn a_key_carries_fields_with_marks_a_second_time() {
    assert_eq!(search_key(["Zoë", "Acme"]), "zoe\nacme");
    assert_eq!(search_key(["Zoe\u{308}", "Acme"]), "zoe\nacme\nZo\u{eb}");
    assert_eq!(search_key(["I \u{2764}\u{fe0f} Rust", "b"]), "i \u{2764} rust\nb\nI \u{2764}\u{fe0f} Rust");
    assert_eq!(search_key::<&str>([]), "");
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
            "\u{947}", "क", "ﬃ", "f", "ǆ", "½", "Å", "\u{212b}", "ς", "Σ", "ʼn", "ŉ", "\u{345}", "ᾳ", "’", "'", "–", "-", ".", "(", "1", "2", "50", "１", "ħ", "ł",
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
        prop_assume!(!fold(&raw).trim().is_empty());
        prop_assert!(term.matches(&key));
    }
}
