//! The layers that settings come from, each a tree whose values remember their place.

use std::fmt;
use std::io::ErrorKind;
use std::path::Path;

use config::{Config, ConfigError, FileFormat, Format, Map, Source, Value};

use super::environment::Environment;
use super::problem::Problem;
use super::variables::Variables;

/// Every setting with its default; also the list of all keys there are.
const DEFAULTS: &str = include_str!("../../../../config/default.toml");
/// The origin of a value that no layer above the compiled-in defaults sets.
pub(super) const DEFAULT_ORIGIN: &str = "the default";
/// What differs in production.
const PRODUCTION: &str = include_str!("../../../../config/production.toml");

/// One layer: what one file or one set of variables says.
#[derive(Clone)]
pub(super) struct Layer(Map<String, Value>);

/// All layers above the compiled-in defaults, the lowest first, and the environment that chose among them.
pub(super) struct Layers {
    pub(super) environment: Environment,
    pub(super) stack: Vec<Layer>,
}

impl Layer {
    /// What it says, as a tree.
    pub(super) fn tree(&self) -> Value {
        Value::new(None, self.0.clone())
    }
}

impl fmt::Debug for Layer {
    /// Its keys; the values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Layer").field(&self.0.keys().collect::<Vec<_>>()).finish()
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone())
    }
}

/// The tree of `config/default.toml` as it was when the program was built.
pub(super) fn compiled_defaults() -> Value {
    let table = FileFormat::Toml.parse(Some(&DEFAULT_ORIGIN.to_owned()), DEFAULTS).unwrap_or_default();
    Value::new(None, table)
}

/// Reads all layers above the defaults. One that cannot be read is noted and left out.
pub(super) fn collect<E>(given: Option<&Path>, env: E, cwd: &Path, problems: &mut Vec<Problem>) -> Layers
where
    E: IntoIterator<Item = (String, String)>,
{
    let variables = Variables::collect(env, cwd, problems);
    let environment = variables.environment(problems);
    let mut stack = Vec::new();
    let folder = cwd.join("config");
    stack.extend(optional_file(&folder.join("default.toml"), problems));
    if environment == Environment::Production {
        stack.extend(layer("config/production.toml", PRODUCTION, problems));
    }
    let own = optional_file(&folder.join(format!("{environment}.toml")), problems);
    if own.is_none() && matches!(environment, Environment::Named(_)) {
        problems.push(Problem::new("environment", format!("there is no config/{environment}.toml")));
    }
    stack.extend(own);
    if let Some(path) = given {
        stack.extend(required_file(&cwd.join(path), problems));
    }
    stack.extend(variables.into_layers(problems).into_iter().map(Layer));
    Layers { environment, stack }
}

/// The defaults with all layers laid over them.
pub(super) fn merge(defaults: &Value, stack: &[Layer]) -> Value {
    let base = Layer(defaults.clone().into_table().unwrap_or_default());
    let mut builder = Config::builder().add_source(base);
    for layer in stack {
        builder = builder.add_source(layer.clone());
    }
    // Collecting from values in memory cannot fail; were it to, the defaults are the honest answer.
    builder.build().map_or_else(|_| defaults.clone(), |config| config.cache)
}

fn optional_file(path: &Path, problems: &mut Vec<Problem>) -> Option<Layer> {
    if path.exists() { required_file(path, problems) } else { None }
}

fn required_file(path: &Path, problems: &mut Vec<Problem>) -> Option<Layer> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => layer(&name, &text, problems),
        Err(error) => {
            let reason = if error.kind() == ErrorKind::NotFound {
                "there is no such file".to_owned()
            } else {
                format!("cannot be read: {error}")
            };
            problems.push(Problem::new(name, reason));
            None
        }
    }
}

fn layer(name: &str, text: &str, problems: &mut Vec<Problem>) -> Option<Layer> {
    match FileFormat::Toml.parse(Some(&name.to_owned()), text) {
        Ok(table) => Some(Layer(table)),
        Err(error) => {
            problems.push(Problem::new(name, without_quotation(&error.to_string())));
            None
        }
    }
}

/// A parser's text without the lines that quote the file, which may hold a secret.
fn without_quotation(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains('|') && !line.is_empty()).collect();
    lines.join(": ")
}
