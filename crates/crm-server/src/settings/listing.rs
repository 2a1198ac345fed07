//! Every setting as it is in effect and where it comes from.

use std::fmt::Write as _;

use config::{Value, ValueKind};

use super::problem::SettingsError;
use super::{LoadOptions, Loaded, layers, read, secret_settings, tree};

/// One line for each setting: `server.port = 3000   # PORT in the environment`. Of a secret it only says whether it is
/// set, of the store's address it shows the hosts and the database.
///
/// # Errors
/// All problems found, each with its key.
pub fn list<E>(options: LoadOptions<E>) -> Result<String, SettingsError>
where
    E: IntoIterator<Item = (String, String)>,
{
    let Loaded { settings, tree, problems, .. } = read(options);
    SettingsError::unless_empty(problems)?;
    let mut lines = format!("# environment: {}\n", settings.environment);
    tree::leaves(&tree, "", &mut |key, value| {
        let shown = secret_settings::of(key).map_or_else(|| toml(value), |secrecy| secrecy.redact(value));
        let origin = value.origin().unwrap_or(layers::DEFAULT_ORIGIN);
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{key} = {shown}   # {origin}");
    });
    Ok(lines)
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
