//! Making values of what the old database says: as it is where it fits, mended where that does no harm, told where not.

use crm_domain::flaw::Flaw;
use crm_domain::text;
use crm_domain::values::phone::Phone;
use crm_domain::values::prose::Prose;
use crm_domain::values::tag::{Tag, Tags};

use crate::report::Item;

/// A text of one line. Control characters become spaces, and what is too long is cut; both are told. What still does
/// not fit, such as an email that is none, is told and gives nothing.
pub(crate) fn line<T>(
    item: &mut Item,
    field: &str,
    raw: Option<&str>,
    max: usize,
    parse: fn(&str) -> Result<T, Flaw>,
) -> Option<T> {
    let raw = raw.filter(|raw| !text::is_blank(raw))?;
    let flaw = match parse(raw) {
        Ok(value) => return Some(value),
        Err(flaw) => flaw,
    };
    let clean = without_controls(raw);
    if let Ok(value) = parse(&clean) {
        item.field(field, Some(raw), "had line breaks or control characters, which became spaces");
        return Some(value);
    }
    let cut = cut(&clean, max);
    if cut.len() < clean.len()
        && let Ok(value) = parse(&cut)
    {
        item.field(field, Some(raw), format!("was cut to {max} characters"));
        return Some(value);
    }
    item.field(field, Some(raw), format!("{} and was left out", flaw.msg));
    None
}

/// A text that must be one of a few words. Other case and other separators are taken; anything else is told and becomes
/// `otherwise`.
pub(crate) fn word<T: Copy>(
    item: &mut Item,
    field: &str,
    raw: Option<&str>,
    words: &[(T, &'static str)],
    otherwise: (T, &'static str),
) -> T {
    let Some(raw) = raw.filter(|raw| !text::is_blank(raw)) else { return otherwise.0 };
    if let Some((value, _)) = words.iter().find(|(_, word)| *word == raw) {
        return *value;
    }
    if let Some((value, word)) = words.iter().find(|(_, word)| letters(word) == letters(raw)) {
        item.field(field, Some(raw), format!("is written {word:?} here"));
        return *value;
    }
    item.field(field, Some(raw), format!("is none that exists here and became {:?}", otherwise.1));
    otherwise.0
}

/// A telephone number: other spaces and dashes than those of ASCII and `ext.` are written as they are here.
pub(crate) fn phone(item: &mut Item, raw: Option<&str>) -> Option<Phone> {
    let raw = raw.filter(|raw| !text::is_blank(raw))?;
    if let Ok(phone) = Phone::parse(raw) {
        return Some(phone);
    }
    let plain: String = raw
        .to_lowercase()
        .replace("extension", "x")
        .replace("ext.", "x")
        .replace("ext", "x")
        .chars()
        .map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '\u{ff0b}' => '+',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .collect();
    match Phone::parse(&plain) {
        Ok(phone) => {
            item.field("phone", Some(raw), format!("is written {:?} here", phone.as_str()));
            Some(phone)
        }
        Err(flaw) => {
            item.field("phone", Some(raw), format!("{} and was left out", flaw.msg));
            None
        }
    }
}

/// Labels; those that do not fit are told.
pub(crate) fn tags(item: &mut Item, raw: &[String]) -> Tags {
    let mut kept: Vec<Tag> = Vec::new();
    for text in raw {
        let Some(tag) = line(item, "tags", Some(text), Tag::MAX, Tag::parse) else { continue };
        let mut more = kept.clone();
        more.push(tag);
        if Tags::new(more.clone()).is_ok() {
            kept = more;
        } else {
            item.field(
                "tags",
                Some(text),
                format!("was left out: a record has at most {} labels", Tags::MAX),
            );
        }
    }
    Tags::new(kept).unwrap_or_default()
}

/// A text of any number of lines, in as many pieces as it takes: none if there is nothing.
pub(crate) fn prose(item: &mut Item, field: &str, raw: Option<&str>) -> Vec<Prose> {
    let Some(raw) = raw.filter(|raw| !text::is_blank(raw)) else { return Vec::new() };
    if let Ok(prose) = Prose::parse(raw) {
        return vec![prose];
    }
    let raw = raw.replace("\r\n", "\n");
    let clean: String =
        raw.chars().map(|c| if c.is_control() && c != '\n' && c != '\r' { ' ' } else { c }).collect();
    if clean != raw {
        item.field(field, None, "had tabs or control characters, which became spaces");
    }
    let characters: Vec<char> = text::nfc(clean.trim()).chars().collect();
    let pieces: Vec<Prose> = characters
        .chunks(Prose::MAX)
        .filter_map(|piece| Prose::parse(&piece.iter().collect::<String>()).ok())
        .collect();
    if pieces.len() > 1 {
        item.field(field, None, format!("is longer than {} characters and was split", Prose::MAX));
    }
    pieces
}

/// The text with a space in the place of each control character, and without white space at its ends.
pub(crate) fn without_controls(raw: &str) -> String {
    let spaced: String = raw
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    spaced.trim().to_owned()
}

/// The first characters of a text.
pub(crate) fn cut(text: &str, max: usize) -> String {
    text::nfc(text).chars().take(max).collect::<String>().trim().to_owned()
}

/// A word without case and without what stands between letters: `in-progress` and `InProgress` are the same.
fn letters(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use crm_domain::values::email::Email;
    use crm_domain::values::name::Name;

    use super::*;
    use crate::report::{Kind, Report};

    fn told(of: impl FnOnce(&mut Item)) -> Vec<String> {
        let mut item = Item::new(Kind::Lead, "1");
        of(&mut item);
        let mut report = Report::new();
        report.taken(item);
        report.findings().iter().map(|finding| finding.why.clone()).collect()
    }

    #[test]
    fn a_text_that_fits_is_taken_without_a_word() {
        let words = told(|item| {
            assert_eq!(line(item, "name", Some(" Ada "), 200, Name::parse).unwrap().as_str(), "Ada");
            let email = line(item, "email", Some("ADA@X.example"), 254, Email::parse).unwrap();
            assert_eq!(email.as_str(), "ada@x.example");
            assert_eq!(line(item, "name", Some(" "), 200, Name::parse), None);
            assert_eq!(line(item, "name", None, 200, Name::parse), None);
        });
        assert!(words.is_empty(), "{words:?}");
    }

    #[test]
    fn what_is_too_long_is_cut_and_control_characters_become_spaces() {
        let words = told(|item| {
            let name = line(item, "name", Some("Ada\nLovelace"), 200, Name::parse).unwrap();
            assert_eq!(name.as_str(), "Ada Lovelace");
            let long = "é\t".repeat(150);
            let name = line(item, "name", Some(&long), 200, Name::parse).unwrap();
            assert_eq!(name.as_str().chars().count(), 199, "the last one was a space");
        });
        assert_eq!(
            words,
            ["had line breaks or control characters, which became spaces", "was cut to 200 characters"]
        );
    }

    #[test]
    fn an_email_that_is_none_is_told_and_left_out() {
        let words = told(|item| assert_eq!(line(item, "email", Some("ada at x"), 254, Email::parse), None));
        assert_eq!(words, ["must be an email address and was left out"]);
    }

    #[test]
    fn words_in_other_clothes_are_known() {
        let known = [(1, "In Progress"), (2, "New")];
        let words = told(|item| {
            assert_eq!(word(item, "status", Some("In Progress"), &known, (2, "New")), 1);
            assert_eq!(word(item, "status", Some("in-progress"), &known, (2, "New")), 1);
            assert_eq!(word(item, "status", Some("Lukewarm"), &known, (2, "New")), 2);
            assert_eq!(word(item, "status", None, &known, (2, "New")), 2);
        });
        assert_eq!(words, ["is written \"In Progress\" here", "is none that exists here and became \"New\""]);
    }

    #[test]
    fn telephone_numbers_are_written_as_they_are_here() {
        let words = told(|item| {
            assert_eq!(
                phone(item, Some("+49 30\u{a0}1\u{2013}2 Ext. 3")).unwrap().as_str(),
                "+49 30 1-2 x 3"
            );
            assert_eq!(phone(item, Some("0800 FLOWERS")), None);
            assert_eq!(phone(item, Some("112")).unwrap().as_str(), "112");
        });
        assert_eq!(words.len(), 2, "{words:?}");
        assert!(words[1].ends_with("and was left out"));
    }

    #[test]
    fn labels_that_do_not_fit_are_told() {
        let words = told(|item| {
            let mut raw: Vec<String> = (0..25).map(|number| format!("tag {number}")).collect();
            raw.insert(1, " TAG 0 ".to_owned());
            assert_eq!(tags(item, &raw).len(), 20);
        });
        assert_eq!(words.len(), 5, "{words:?}");
    }

    #[test]
    fn a_long_text_is_split_and_loses_nothing() {
        let raw = format!("{}\tend", "x".repeat(20_000));
        let words = told(|item| {
            let pieces = prose(item, "text", Some(&raw));
            let whole: String = pieces.iter().map(Prose::as_str).collect();
            assert_eq!(pieces.len(), 3);
            assert_eq!(
                whole,
                format!("{}end", "x".repeat(20_000)),
                "white space at the ends of pieces is trimmed"
            );
        });
        assert_eq!(words.len(), 2, "{words:?}");
    }
}
