//! How one setting is read, in files and in variables alike.
//!
//! Our own readers, since the configuration library takes `true` for the number 1 and rounds 1.5. Their texts say what
//! a value must be and never quote it: the caller adds it where it is no secret.

use std::fmt;

use secrecy::SecretString;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use super::secret_settings::SettingType;

/// A whole number that fits the setting's type.
pub(super) fn whole<'de, D: Deserializer<'de>, T: TryFrom<u64>>(deserializer: D) -> Result<T, D::Error> {
    match given(deserializer)? {
        Given::Whole(number) => u64::try_from(number).ok(),
        Given::Text(text) => text.trim().parse().ok(),
        Given::Switch(_) | Given::List(_) | Given::Other => None,
    }
    .and_then(|number: u64| T::try_from(number).ok())
    .ok_or_else(|| match size_of::<T>() {
        2 => D::Error::custom(format_args!("must be a whole number from 0 to {}", u16::MAX)),
        _ => D::Error::custom("must be a whole number"),
    })
}

/// Yes or no.
pub(super) fn switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match given(deserializer)? {
        Given::Switch(value) => Some(value),
        Given::Text(text) => match text.trim().to_lowercase().as_str() {
            "true" | "on" | "yes" | "1" => Some(true),
            "false" | "off" | "no" | "0" => Some(false),
            _ => None,
        },
        Given::Whole(_) | Given::List(_) | Given::Other => None,
    }
    .ok_or_else(|| D::Error::custom("must be true or false"))
}

/// A text that `parse` understands; `expected` says what that is.
pub(super) fn text<'de, D, T>(
    deserializer: D,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: SettingType,
{
    match given_for::<D, T>(deserializer)? {
        Given::Text(text) => parse(text.trim()),
        Given::Whole(number) => parse(&number.to_string()),
        Given::Switch(_) | Given::List(_) | Given::Other => None,
    }
    .ok_or_else(|| D::Error::custom(format_args!("must be {expected}")))
}

/// As [`text`], where an empty text means none.
pub(super) fn optional<'de, D, T>(
    deserializer: D,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: SettingType,
{
    text(deserializer, expected, |text| if text.is_empty() { Some(None) } else { parse(text).map(Some) })
}

/// A list, or one text with commas.
pub(super) fn list<'de, D, T>(
    deserializer: D,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: SettingType,
{
    let items = match given_for::<D, T>(deserializer)? {
        Given::List(items) => items,
        Given::Text(text) => text.split(',').map(str::to_owned).collect(),
        Given::Whole(_) | Given::Switch(_) | Given::Other => {
            return Err(D::Error::custom(format_args!("must be a list in which each is {expected}")));
        }
    };
    items
        .iter()
        .map(|item| item.trim())
        .filter(|item| !item.is_empty())
        .map(|item| parse(item).ok_or_else(|| D::Error::custom(format_args!("each must be {expected}"))))
        .collect()
}

/// A secret; empty means none. Exactly as written, spaces included.
pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    match given_for::<D, SecretString>(deserializer)? {
        Given::Text(text) if text.is_empty() => Ok(None),
        Given::Text(text) => Ok(Some(SecretString::from(text))),
        Given::Whole(_) | Given::Switch(_) | Given::List(_) | Given::Other => {
            Err(D::Error::custom("must be a text in quotes"))
        }
    }
}

/// A value as files and variables can hold one.
enum Given {
    Text(String),
    Whole(i128),
    Switch(bool),
    List(Vec<String>),
    Other,
}

fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Given, D::Error> {
    deserializer.deserialize_any(GivenVisitor)
}

/// As [`given`], and says what is secret of a setting of type `T`.
fn given_for<'de, D: Deserializer<'de>, T: SettingType>(deserializer: D) -> Result<Given, D::Error> {
    match T::SECRECY {
        Some(secrecy) => deserializer.deserialize_newtype_struct(secrecy.mark(), GivenVisitor),
        None => given(deserializer),
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number, true or false, or a list of texts")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Given, D::Error> {
        given(deserializer)
    }

    fn visit_str<E>(self, text: &str) -> Result<Given, E> {
        Ok(Given::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Given, E> {
        Ok(Given::Text(text))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Given, E> {
        Ok(Given::Whole(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Given, E> {
        Ok(Given::Whole(number.into()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Given, E> {
        Ok(Given::Other)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Given, E> {
        Ok(Given::Switch(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Given, A::Error> {
        let mut texts = Vec::new();
        while let Some(item) = items.next_element::<String>()? {
            texts.push(item);
        }
        Ok(Given::List(texts))
    }
}
