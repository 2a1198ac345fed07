//! Which settings are secret. It follows from the type of the field alone.
//!
//! Each type that a setting can have implements [`SettingType`]; [`SecretString`] and [`StoreUrl`] say there that they are
//! secret. The readers in [`super::leaf`] hand this to the deserializer, so that a walk over [`Settings`] finds every
//! secret key, and a new field of a secret type is hidden everywhere without being named anywhere.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use chrono_tz::Tz;
use config::{ConfigError, Map, Value, ValueKind};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::value::StringDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::network::Network;
use super::sections::LogFormat;
use super::store_url::StoreUrl;
use super::{Settings, layers};

/// How much of a setting is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// All of it.
    Whole,
    /// The user, password and options of a store's address.
    StoreUrl,
}

/// A type that the value of a setting can have.
pub(super) trait SettingType {
    /// How much of it is secret; `None` if it can be shown.
    const SECRECY: Option<Secrecy> = None;
}

impl SettingType for SecretString {
    const SECRECY: Option<Secrecy> = Some(Secrecy::Whole);
}

impl SettingType for StoreUrl {
    const SECRECY: Option<Secrecy> = Some(Secrecy::StoreUrl);
}

impl SettingType for Duration {}
impl SettingType for IpAddr {}
impl SettingType for LogFormat {}
impl SettingType for Network {}
impl SettingType for PathBuf {}
impl SettingType for SocketAddr {}
impl SettingType for String {}
impl SettingType for Tz {}

impl<T: SettingType> SettingType for Option<T> {
    const SECRECY: Option<Secrecy> = T::SECRECY;
}

impl<T: SettingType> SettingType for Vec<T> {
    const SECRECY: Option<Secrecy> = T::SECRECY;
}

impl<T: SettingType, E> SettingType for Result<T, E> {
    const SECRECY: Option<Secrecy> = T::SECRECY;
}

impl Secrecy {
    /// The name under which a reader asks for a newtype, which tells the walk and means nothing to other deserializers.
    pub(super) const fn mark(self) -> &'static str {
        match self {
            Self::Whole => "$crm::secret",
            Self::StoreUrl => "$crm::store_url",
        }
    }

    fn from_mark(mark: &str) -> Option<Self> {
        [Self::Whole, Self::StoreUrl].into_iter().find(|secrecy| secrecy.mark() == mark)
    }

    /// Whether this value holds a secret, so that nobody else may read the file that it stands in.
    pub(super) fn is_in(self, value: &Value) -> bool {
        let ValueKind::String(text) = &value.kind else { return !matches!(value.kind, ValueKind::Nil) };
        match self {
            Self::Whole => !text.is_empty(),
            // What cannot be read may hold a password too.
            Self::StoreUrl => {
                StoreUrl::parse(text.trim()).map_or(text.contains('@'), |url| url.holds_a_secret())
            }
        }
    }

    /// The value without what is secret of it, for a listing.
    pub(super) fn redact(self, value: &Value) -> String {
        match (&value.kind, self) {
            (ValueKind::Nil, _) => "(not set)".to_owned(),
            (ValueKind::String(text), _) if text.is_empty() => "(not set)".to_owned(),
            (ValueKind::String(text), Self::StoreUrl) => StoreUrl::parse(text.trim())
                .map_or_else(|_| HIDDEN.to_owned(), |url| format!("{:?}", url.to_string())),
            (_, Self::StoreUrl | Self::Whole) => HIDDEN.to_owned(),
        }
    }
}

const HIDDEN: &str = "(hidden)";

/// How much of the setting with this key is secret. Elements of a list have the key of the list, or one with an index.
pub(super) fn of(key: &str) -> Option<Secrecy> {
    static KEYS: LazyLock<Result<BTreeMap<String, Secrecy>, ConfigError>> = LazyLock::new(keys);
    let key = key.split('[').next().unwrap_or(key);
    match &*KEYS {
        Ok(keys) => keys.get(key).copied(),
        // The defaults do not fit the settings, which a test excludes: nothing is shown then.
        Err(_) => Some(Secrecy::Whole),
    }
}

/// All secret keys.
pub(super) fn keys() -> Result<BTreeMap<String, Secrecy>, ConfigError> {
    let found = RefCell::new(BTreeMap::new());
    Settings::deserialize(Walk { value: layers::compiled_defaults(), key: String::new(), found: &found })?;
    Ok(found.into_inner())
}

/// Reads the settings from a tree and notes each key whose reader says that its type is secret.
struct Walk<'a> {
    value: Value,
    key: String,
    found: &'a RefCell<BTreeMap<String, Secrecy>>,
}

impl<'de> Deserializer<'de> for Walk<'_> {
    type Error = ConfigError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConfigError> {
        match self.value.kind {
            ValueKind::Table(table) => visitor.visit_map(WalkTable {
                entries: table.into_iter(),
                value: None,
                parent: self.key,
                found: self.found,
            }),
            ValueKind::Nil
            | ValueKind::Boolean(_)
            | ValueKind::I64(_)
            | ValueKind::I128(_)
            | ValueKind::U64(_)
            | ValueKind::U128(_)
            | ValueKind::Float(_)
            | ValueKind::String(_)
            | ValueKind::Array(_) => self.value.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ConfigError> {
        if let Some(secrecy) = Secrecy::from_mark(name) {
            self.found.borrow_mut().insert(self.key.clone(), secrecy);
        }
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The entries of a section.
struct WalkTable<'a> {
    entries: <Map<String, Value> as IntoIterator>::IntoIter,
    value: Option<(String, Value)>,
    parent: String,
    found: &'a RefCell<BTreeMap<String, Secrecy>>,
}

impl<'de> MapAccess<'de> for WalkTable<'_> {
    type Error = ConfigError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ConfigError> {
        let Some((name, value)) = self.entries.next() else { return Ok(None) };
        let key = if self.parent.is_empty() { name.clone() } else { format!("{}.{name}", self.parent) };
        self.value = Some((key, value));
        seed.deserialize(StringDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ConfigError> {
        let (key, value) =
            self.value.take().ok_or_else(|| ConfigError::Message("a value before its key".to_owned()))?;
        seed.deserialize(Walk { value, key, found: self.found })
    }
}

#[cfg(test)]
mod tests;
