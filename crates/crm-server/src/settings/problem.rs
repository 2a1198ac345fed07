//! What is wrong with the settings, in words that name the setting and never a secret.

use std::fmt;

use config::{ConfigError, Value, ValueKind};

use super::{secret_settings, tree};

/// A longer value says nothing that the key does not.
const SHOWN_CHARS: usize = 60;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    key: String,
    text: String,
    source: Option<String>,
}

impl Problem {
    /// A problem with no value in the tree, such as a file that cannot be read.
    pub fn new(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self { key: key.into(), text: text.into(), source: None }
    }

    /// A problem with the value of `key` in the tree: adds the value unless it is secret, and the place it came from.
    pub(super) fn of(tree: &Value, key: &str, text: &str) -> Self {
        let value = tree::get(tree, key);
        let shown = value.filter(|_| secret_settings::of(key).is_none()).and_then(shown);
        Self {
            key: key.to_owned(),
            text: shown.map_or_else(|| text.to_owned(), |shown| format!("{text}, not {shown}")),
            source: value.and_then(Value::origin).map(str::to_owned),
        }
    }

    /// A problem with a value that is named by its place only.
    pub(super) fn from(source: Option<&str>, key: impl Into<String>, text: impl Into<String>) -> Self {
        Self { key: key.into(), text: text.into(), source: source.map(str::to_owned) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.text)?;
        self.source.as_ref().map_or(Ok(()), |source| write!(f, " ({source})"))
    }
}

/// The settings cannot be used: at least one problem, in the order of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    problems: Vec<Problem>,
}

impl SettingsError {
    /// Each problem, in the order of keys.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// An error of all these problems, if there are any.
    pub(super) fn unless_empty(mut problems: Vec<Problem>) -> Result<(), Self> {
        problems.sort_by(|a, b| a.key.cmp(&b.key));
        // A value that could not be read stands as its default and may then offend a second time.
        problems.dedup_by(|later, earlier| later.key == earlier.key);
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }
}

impl From<Problem> for SettingsError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.problems.as_slice() {
            return write!(f, "bad setting {only}");
        }
        write!(f, "{} bad settings:", self.problems.len())?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for SettingsError {}

/// The key an error of the configuration library is about and a text without the value.
pub(super) fn key_and_text(error: &ConfigError) -> (String, String) {
    if let ConfigError::At { error, key, .. } = error {
        (key.clone().unwrap_or_default(), key_and_text(error).1)
    } else if let ConfigError::Type { expected, key, .. } = error {
        (key.clone().unwrap_or_default(), format!("must be {expected}"))
    } else if let ConfigError::NotFound(key) = error {
        (key.clone(), "is missing".to_owned())
    } else if let ConfigError::Message(text) = error {
        (String::new(), text.clone())
    } else {
        // The remaining kinds are about files and other libraries' errors, whose texts may quote a value.
        (String::new(), "cannot be read".to_owned())
    }
}

fn shown(value: &Value) -> Option<String> {
    let text = match &value.kind {
        ValueKind::String(text) => format!("{text:?}"),
        ValueKind::Array(items) => {
            format!("[{}]", items.iter().filter_map(shown).collect::<Vec<_>>().join(", "))
        }
        ValueKind::Table(_) | ValueKind::Nil => return None,
        ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_) => value.to_string(),
    };
    (text.chars().count() <= SHOWN_CHARS).then_some(text)
}
