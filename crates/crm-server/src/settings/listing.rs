//! Every setting as it is in effect and where it comes from.

use std::fmt::Write as _;

use config::{Value, ValueKind};

use super::problem::{SECRETS, SettingsError};
use super::{LoadOptions, read, tree};

/// One line for each setting: `server.port = 3000   # PORT in the environment`. Secrets only say whether they are set.
///
/// # Errors
/// All problems found, each with its key.
pub fn list<E>(options: LoadOptions<E>) -> Result<String, SettingsError>
where
    E: IntoIterator<Item = (String, String)>,
{
    let (settings, effective, problems) = read(options);
    SettingsError::unless_empty(problems)?;
    let mut lines = format!("# environment: {}\n", settings.environment);
    tree::leaves(&effective, "", &mut |key, value| {
        let shown = if SECRETS.contains(&key) {
            secret(value).to_owned()
        } else if key == "store.url" {
            format!("{:?}", settings.store.url.to_string())
        } else {
            toml(value)
        };
        let origin = value.origin().unwrap_or("the default");
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{key} = {shown}   # {origin}");
    });
    Ok(lines)
}

fn secret(value: &Value) -> &'static str {
    match &value.kind {
        ValueKind::String(text) if text.is_empty() => "(not set)",
        ValueKind::Nil => "(not set)",
        ValueKind::String(_)
        | ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_)
        | ValueKind::Table(_)
        | ValueKind::Array(_) => "(hidden)",
    }
}

fn toml(value: &Value) -> String {
    match &value.kind {
        ValueKind::String(text) => format!("{text:?}"),
        ValueKind::Array(items) => {
            format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        ValueKind::Nil
        | ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_)
        | ValueKind::Table(_) => value.to_string(),
    }
}
