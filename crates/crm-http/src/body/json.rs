//! JSON (RFC 8259) as a client wrote it: numbers by their digits, members in their order, nothing guessed.

use std::fmt;

use crm_domain::flaw::{FieldErrors, Flaw};
use crm_domain::raw::{Members, Raw};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::problem::Problem;
use crate::problem::kind::Kind;

/// How deep a body may nest; the object itself is the first level.
const DEEPEST: usize = 32;

/// Reads a body: one JSON object.
///
/// # Errors
/// `malformed_json`, `too_deep`, or `invalid_input` with the members that stand twice in one object.
pub(super) fn parse(bytes: &[u8]) -> Result<Members, Problem> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| malformed(&format!("byte {} is not UTF-8", error.valid_up_to())))?;
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| malformed(&error.to_string()))?;
    let mut reader = Reader { repeated: FieldErrors::new() };
    let value = reader.value(whole, "", 1)?;
    if !reader.repeated.is_empty() {
        return Err(Problem::invalid(reader.repeated));
    }
    match value {
        Raw::Object(members) => Ok(members),
        Raw::Null | Raw::Bool(_) | Raw::Number(_) | Raw::Text(_) | Raw::List(_) => {
            Err(malformed(&format!("the body is {}, and must be an object", value.kind())))
        }
    }
}

struct Reader {
    repeated: FieldErrors,
}

impl Reader {
    fn value(&mut self, raw: &RawValue, path: &str, depth: usize) -> Result<Raw, Problem> {
        let text = raw.get();
        Ok(match text.as_bytes().first() {
            Some(b'{') => Raw::Object(self.object(text, path, deeper(depth)?)?),
            Some(b'[') => Raw::List(self.list(text, path, deeper(depth)?)?),
            Some(b'"') => Raw::Text(read(text)?),
            Some(b'n') => Raw::Null,
            Some(b't' | b'f') => Raw::Bool(read(text)?),
            Some(_) | None => Raw::Number(text.to_owned()),
        })
    }

    fn object(&mut self, text: &str, path: &str, depth: usize) -> Result<Members, Problem> {
        let mut members = Members::new();
        for (name, raw) in read::<Pairs<'_>>(text)?.0 {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            if members.get(&name).is_some() && !self.repeated.has(&path) {
                self.repeated.push(path.clone(), Flaw::repeated());
            }
            let value = self.value(raw, &path, depth)?;
            members.push(name, value);
        }
        Ok(members)
    }

    fn list(&mut self, text: &str, path: &str, depth: usize) -> Result<Vec<Raw>, Problem> {
        let items: Vec<&RawValue> = read(text)?;
        let items = items.into_iter().enumerate();
        items.map(|(at, raw)| self.value(raw, &format!("{path}[{at}]"), depth)).collect()
    }
}

/// The members of an object, in their order, doubles included.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    if pairs.len() == MOST_MEMBERS {
                        return Err(A::Error::custom("an object has too many members"));
                    }
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

/// More members than any object of the contract; doubles are looked for one by one.
const MOST_MEMBERS: usize = 1_000;

fn deeper(depth: usize) -> Result<usize, Problem> {
    if depth > DEEPEST {
        return Err(Problem::new(Kind::TOO_DEEP, format!("the body nests deeper than {DEEPEST}")));
    }
    Ok(depth + 1)
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| malformed(&error.to_string()))
}

fn malformed(why: &str) -> Problem {
    Problem::new(Kind::MALFORMED_JSON, format!("the body is not valid JSON: {why}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn code(text: &str) -> &'static str {
        parse(text.as_bytes()).unwrap_err().kind().code
    }

    #[test]
    fn values_stay_as_they_were_written() {
        let members = parse(br#" {"b":1e400,"a":-0.10,"t":"\u00e9\n","l":[true,null,{}],"e":[]} "#).unwrap();
        let expected = Members::new()
            .with("b", Raw::Number("1e400".into()))
            .with("a", Raw::Number("-0.10".into()))
            .with("t", Raw::text("é\n"))
            .with("l", Raw::List(vec![Raw::Bool(true), Raw::Null, Raw::Object(Members::new())]))
            .with("e", Raw::List(vec![]));
        assert!(members == expected);
    }

    #[rstest]
    #[case("")]
    #[case("{")]
    #[case("{} x")]
    #[case("{\"a\":1,}")]
    #[case("{'a':1}")]
    #[case("{\"a\":01}")]
    #[case("{\"a\":\"\\ud800\"}")]
    #[case("{\"a\":\"\n\"}")]
    #[case("[]")]
    #[case("null")]
    #[case("\"text\"")]
    #[case("\u{feff}{}")]
    fn what_is_no_json_object_is_refused(#[case] text: &str) {
        assert_eq!(code(text), "malformed_json");
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(parse(b"{\"a\":\"\xff\"}").unwrap_err().kind(), Kind::MALFORMED_JSON);
    }

    #[test]
    fn a_body_may_nest_thirty_two_deep() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert!(parse(nested(32).as_bytes()).is_ok());
        assert_eq!(code(&nested(33)), "too_deep");
        assert_eq!(code(&nested(40_000)), "too_deep");
    }

    #[test]
    fn a_member_that_stands_twice_is_named() {
        let problem = parse(br#"{"a":1,"b":{"c":1,"c":2},"l":[{"d":1,"d":2}],"a":2,"a":3}"#).unwrap_err();
        assert_eq!(problem.kind(), Kind::INVALID_INPUT);
        for path in ["a:", "b.c:", "l[0].d:"] {
            assert_eq!(problem.detail().matches(path).count(), 1, "{path} in {}", problem.detail());
        }
    }

    proptest! {
        #[test]
        fn no_body_whatever_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn every_text_comes_through(text in any::<String>()) {
            let body = serde_json::to_vec(&serde_json::json!({ "t": text.clone() })).unwrap();
            let members = parse(&body).unwrap();
            prop_assert!(members.get("t") == Some(&Raw::Text(text)));
        }
    }
}
