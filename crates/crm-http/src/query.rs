//! Query strings (`application/x-www-form-urlencoded`): decoded strictly, and written anew for links.

use crm_domain::flaw::Flaw;
use crm_domain::raw::{Members, Raw};

use crate::problem::Problem;
use crate::problem::kind::Kind;

/// The most parameters that are read.
const MOST: usize = 100;

/// Reads the parameters of a query string, in their order, doubles included.
///
/// # Errors
/// `malformed_query` for a percent sign without two hexadecimal digits, or bytes that are no UTF-8.
pub(crate) fn parse(query: &str) -> Result<Members, Problem> {
    let mut members = Members::new();
    for piece in query.split('&').filter(|piece| !piece.is_empty()) {
        if members.len() == MOST {
            return Err(Problem::new(
                Kind::MALFORMED_QUERY,
                format!("there are more than {MOST} parameters"),
            ));
        }
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let name = decode(name).ok_or_else(|| malformed("a parameter's name"))?;
        let value = decode(value).ok_or_else(|| malformed(&name))?;
        members.push(name, Raw::Text(value));
    }
    Ok(members)
}

/// The path and query of the page that begins at `cursor`: the same query but for where it begins.
pub(crate) fn with_cursor(path: &str, query: &Members, cursor: &str) -> String {
    let kept = query.iter().filter(|(name, _)| !matches!(*name, "page" | "cursor"));
    let mut pairs: Vec<String> = kept
        .filter_map(|(name, value)| match value {
            Raw::Text(text) => Some(format!("{}={}", encode(name), encode(text))),
            Raw::Null | Raw::Bool(_) | Raw::Number(_) | Raw::List(_) | Raw::Object(_) => None,
        })
        .collect();
    pairs.push(format!("cursor={}", encode(cursor)));
    format!("{path}?{}", pairs.join("&"))
}

fn malformed(name: &str) -> Problem {
    let shown: String = name.chars().take(64).filter(|c| !c.is_control()).collect();
    Problem::of_field(Kind::MALFORMED_QUERY, &shown, Flaw::new("invalid", "must be percent-encoded UTF-8"))
}

fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).unwrap_or('0').to_ascii_uppercase()
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(query: &str) -> Vec<(String, Raw)> {
        parse(query).unwrap().into_iter().collect()
    }

    #[test]
    fn parameters_are_decoded_and_keep_their_order_and_doubles() {
        let expected = [("b", "a b"), ("a", "x=y"), ("b", "Æ"), ("c", ""), ("d", "")];
        let expected: Vec<_> = expected.map(|(name, value)| (name.to_owned(), Raw::text(value))).into();
        assert!(pairs("b=a+b&a=x%3Dy&&b=%C3%86&c&d=") == expected);
        assert!(pairs("").is_empty());
    }

    #[test]
    fn what_cannot_be_decoded_names_the_parameter() {
        for query in ["q=%", "q=%4", "q=%zz", "q=%ff", "q=%C3", "x=1&q=%ED%A0%80"] {
            let problem = parse(query).unwrap_err();
            assert_eq!(problem.kind(), Kind::MALFORMED_QUERY);
            assert!(problem.detail().starts_with("q:"), "{query}: {}", problem.detail());
        }
        assert_eq!(parse("%=1").unwrap_err().kind(), Kind::MALFORMED_QUERY);
    }

    #[test]
    fn the_next_page_keeps_the_other_parameters() {
        let query = parse("status=In+Progress&page=2&q=%26&limit=5&cursor=old").unwrap();
        let link = with_cursor("/api/leads", &query, "new_-");
        assert_eq!(link, "/api/leads?status=In%20Progress&q=%26&limit=5&cursor=new_-");
    }

    proptest! {
        #[test]
        fn what_was_encoded_decodes_to_itself(text in any::<String>()) {
            prop_assert_eq!(decode(&encode(&text)), Some(text));
        }
    }
}
