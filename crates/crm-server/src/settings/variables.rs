//! Settings from variables: `CRM__SECTION__KEY`, and the names that the Node backend used.
//!
//! A variable of the process wins over one of the `.env` file, whatever their names. Within one of the two, a setting has
//! one value: two names with different values are an error that names both. An empty variable is as absent. Values stay
//! texts until a setting reads them: guessing numbers would turn the secret `0012` into `12`.

use std::collections::BTreeMap;
use std::path::Path;

use config::{Map, Value};

use super::environment::Environment;
use super::problem::Problem;

/// Names the Node backend used, and the setting each one is.
const ALIASES: [(&str, &str); 7] = [
    ("PORT", "server.port"),
    ("MONGODB_URI", "store.url"),
    ("JWT_ACCESS_SECRET", "auth.access_secret"),
    ("JWT_REFRESH_SECRET", "auth.refresh_secret"),
    ("JWT_ACCESS_EXPIRES", "auth.access_ttl"),
    ("JWT_REFRESH_EXPIRES", "auth.refresh_ttl"),
    ("CORS_ORIGIN", "cors.origins"),
];
/// What our own names start with.
const PREFIX: &str = "CRM__";
/// The environment's name, ours first.
const ENVIRONMENT: [&str; 2] = ["CRM__ENVIRONMENT", "NODE_ENV"];
const DOTENV: &str = ".env";

/// The key of the environment's name, which is no setting.
const ENVIRONMENT_KEY: &str = "environment";
const PROCESS: &str = "the environment";

/// The variables of the `.env` file and of the process, apart.
pub(super) struct Variables {
    dotenv: BTreeMap<String, String>,
    process: BTreeMap<String, String>,
}

impl Variables {
    /// Takes the process's variables and reads those of `.env` in `cwd`, if there is one.
    pub(super) fn collect<E>(env: E, cwd: &Path, problems: &mut Vec<Problem>) -> Self
    where
        E: IntoIterator<Item = (String, String)>,
    {
        let dotenv = one_layer(read_dotenv(&cwd.join(DOTENV), problems), DOTENV, problems);
        let process = one_layer(env, PROCESS, problems);
        Self { dotenv, process }
    }

    /// The environment that they name.
    pub(super) fn environment(&self, problems: &mut Vec<Problem>) -> Environment {
        let named = [&self.process, &self.dotenv]
            .into_iter()
            .find_map(|place| ENVIRONMENT.iter().find_map(|name| Some((*name, place.get(*name)?))));
        let Some((name, value)) = named else {
            return Environment::default();
        };
        Environment::parse(value).unwrap_or_else(|reason| {
            problems.push(Problem::from(Some(name), ENVIRONMENT_KEY, reason));
            Environment::default()
        })
    }

    /// Their settings as layers, the weakest first.
    pub(super) fn into_layers(self, problems: &mut Vec<Problem>) -> Vec<Map<String, Value>> {
        let mut layers = Vec::new();
        for (variables, place) in [(self.dotenv, DOTENV), (self.process, PROCESS)] {
            let origin = |name: &str| format!("{name} in {place}");
            layers.push(
                ALIASES
                    .iter()
                    .filter_map(|(alias, key)| Some((alias, key, variables.get(*alias)?)))
                    .map(|(alias, key, value)| {
                        ((*key).to_owned(), Value::new(Some(&origin(alias)), value.as_str()))
                    })
                    .collect(),
            );
            layers.push(
                variables
                    .iter()
                    .filter(|(name, _)| !ENVIRONMENT.contains(&name.as_str()))
                    .filter_map(|(name, value)| Some((name, key_of(name)?, value)))
                    .map(|(name, key, value)| (key, Value::new(Some(&origin(name)), value.as_str())))
                    .collect(),
            );
            problems.extend(variables.keys().filter_map(|name| nearly_ours(name, &origin(name))));
        }
        layers
    }
}

/// The variables of one place that are not empty. A setting that two of them give different values is a problem: either
/// could be the one that was meant.
fn one_layer<E>(variables: E, place: &str, problems: &mut Vec<Problem>) -> BTreeMap<String, String>
where
    E: IntoIterator<Item = (String, String)>,
{
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in variables {
        if value.trim().is_empty() {
            continue;
        }
        if let Some(key) = setting_of(&name)
            && let Some(other) = names.insert(key.clone(), name.clone())
            && given.get(&other) != Some(&value)
        {
            let (first, second) = if other < name { (&other, &name) } else { (&name, &other) };
            let text = if first == second {
                format!("has two different values: {first} is given twice")
            } else {
                format!("has two names with different values: {first} and {second}; keep one of them")
            };
            problems.push(Problem::from(Some(place), key, text));
        }
        given.insert(name, value);
    }
    given
}

/// The key of the setting, or of the environment's name, that a variable of this name gives.
fn setting_of(name: &str) -> Option<String> {
    if ENVIRONMENT.contains(&name) {
        return Some(ENVIRONMENT_KEY.to_owned());
    }
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    alias.map_or_else(|| key_of(name), |(_, key)| Some((*key).to_owned()))
}

/// `CRM__SERVER__PORT` is `server.port`.
fn key_of(name: &str) -> Option<String> {
    Some(name.strip_prefix(PREFIX)?.to_lowercase().replace("__", "."))
}

/// `CRM_SERVER__PORT` would be passed over in silence, so it is an error. `CRM_PORT` is left alone: Kubernetes sets
/// such names for a service called `crm`.
fn nearly_ours(name: &str, origin: &str) -> Option<Problem> {
    let rest = name.strip_prefix("CRM_")?;
    if rest.starts_with('_') || !rest.contains("__") {
        return None;
    }
    Some(Problem::from(Some(origin), name, format!("is no setting; did you mean {PREFIX}{rest}?")))
}

fn read_dotenv(path: &Path, problems: &mut Vec<Problem>) -> Vec<(String, String)> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            problems.push(Problem::new(DOTENV, format!("cannot be read: {error}")));
            return Vec::new();
        }
    };
    dotenvy::from_read_iter(text.as_bytes())
        .filter_map(|line| line.map_err(|error| problems.push(bad_line(&error, &text))).ok())
        .collect()
}

/// Names the line by its number: its text may hold a secret.
fn bad_line(error: &dotenvy::Error, text: &str) -> Problem {
    let number = if let dotenvy::Error::LineParse(line, _) = error {
        text.lines().position(|candidate| candidate.trim() == line.trim())
    } else {
        None
    };
    let place = number.map_or_else(|| DOTENV.to_owned(), |index| format!("{DOTENV} line {}", index + 1));
    Problem::new(
        place,
        "must look like NAME=value, with quotes around a value that has spaces or a dollar sign",
    )
}
