//! What the texts that clients send look like. Members of one name are alike in every body; what the domain refuses in
//! them is described here as far as a pattern can say it.

use utoipa::openapi::schema::{ArrayItems, Object, Schema, SchemaFormat};
use utoipa::openapi::{ObjectBuilder, RefOr, Type};

/// In one line: no control characters, no line breaks.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$";

/// The same, and more than white space.
const SOME_LINE: &str = concat!(
    r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*",
    r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$",
);

/// In any number of lines: no control characters but line breaks.
const LINES: &str = r"^[^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";

/// The same, and more than white space.
const SOME_LINES: &str = concat!(
    r"^[^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]*",
    r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"[^\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]*$",
);

/// More than white space.
const SOMETHING: &str =
    r"[^\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";

/// At least one digit.
const PHONE: &str = r"^[-+.()/x ]*[0-9][-+.()/x 0-9]*$";

/// In a query, where any white space parts words.
const WORDS: &str = r"^[^\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]*$";

/// The longest label.
const TAG: usize = 50;

/// Describes the texts among the members of a body. What must not be left blank has a least length already.
pub(super) fn describe(object: &mut Object) {
    for (name, member) in &mut object.properties {
        match (name.as_str(), member) {
            ("name" | "title" | "company" | "source", RefOr::T(Schema::Object(text))) => {
                text.pattern = Some(if text.min_length.is_some() { SOME_LINE } else { LINE }.to_owned());
            }
            ("text" | "description", RefOr::T(Schema::Object(text))) => {
                text.pattern = Some(if text.min_length.is_some() { SOME_LINES } else { LINES }.to_owned());
            }
            ("phone", RefOr::T(Schema::Object(text))) => text.pattern = Some(PHONE.to_owned()),
            ("email", RefOr::T(Schema::Object(text))) if text.max_length.is_some() => {
                text.format = Some(SchemaFormat::Custom("email".to_owned()));
            }
            // Who signs in may say anything: what is no email is a wrong one.
            ("email", RefOr::T(Schema::Object(text))) => text.pattern = Some(SOMETHING.to_owned()),
            ("tags", RefOr::T(Schema::Array(tags))) => {
                let tag = ObjectBuilder::new()
                    .schema_type(Type::String)
                    .min_length(Some(1))
                    .max_length(Some(TAG))
                    .pattern(Some(SOME_LINE));
                tags.items = ArrayItems::RefOrSchema(Box::new(tag.into()));
            }
            _ => {}
        }
    }
}

/// A text of one line in a query; a blank one is as absent.
pub(super) fn line(longest: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).max_length(Some(longest)).pattern(Some(LINE))
}

/// Words to search for.
pub(super) fn words(longest: usize) -> ObjectBuilder {
    line(longest).pattern(Some(WORDS))
}

#[cfg(test)]
mod tests {
    use crm_domain::text::is_blank;
    use crm_domain::values::name::Name;
    use crm_domain::values::phone::Phone;
    use crm_domain::values::prose::Prose;
    use crm_domain::values::search_query::SearchQuery;

    use super::*;

    /// Each character up to the last that any pattern names, and some beyond.
    fn characters() -> impl Iterator<Item = char> {
        ('\0'..'\u{3100}').chain(('\u{3100}'..=char::MAX).step_by(997))
    }

    fn matcher(pattern: &str) -> impl Fn(&str) -> bool {
        let schema = jsonschema::validator_for(&serde_json::json!({ "pattern": pattern })).unwrap();
        move |text| schema.is_valid(&text.into())
    }

    #[test]
    fn the_patterns_take_what_the_domain_takes() {
        let (line, some_line, lines) = (matcher(LINE), matcher(SOME_LINE), matcher(LINES));
        let (some_lines, phone, words) = (matcher(SOME_LINES), matcher(PHONE), matcher(WORDS));
        for text in characters().map(|c| format!("1{c}2")) {
            assert_eq!(line(&text), Name::parse(&text).is_ok(), "{text:?}");
            assert_eq!(some_line(&text), Name::parse(&text).is_ok(), "{text:?}");
            assert_eq!(lines(&text), Prose::parse(&text).is_ok(), "{text:?}");
            assert_eq!(some_lines(&text), Prose::parse(&text).is_ok(), "{text:?}");
            assert_eq!(phone(&text), Phone::parse(&text).is_ok(), "{text:?}");
            assert_eq!(words(&text), SearchQuery::parse(&text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn white_space_alone_is_no_text_that_must_be_there() {
        let (some_line, some_lines) = (matcher(SOME_LINE), matcher(SOME_LINES));
        let (phone, something) = (matcher(PHONE), matcher(SOMETHING));
        for text in characters().map(String::from) {
            assert_eq!(some_line(&text), Name::parse(&text).is_ok(), "{text:?}");
            assert_eq!(some_lines(&text), Prose::parse(&text).is_ok(), "{text:?}");
            assert_eq!(phone(&text), Phone::parse(&text).is_ok(), "{text:?}");
            assert_eq!(something(&text), !is_blank(&text), "{text:?}");
        }
    }
}
