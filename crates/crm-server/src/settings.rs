//! What an operator may decide, read from layers and checked as a whole.
//!
//! Later layers win: the defaults compiled in from `config/default.toml`, `config/default.toml` on disk, the same two
//! for `config/{environment}.toml`, the file given with `--config`, the `.env` file, the environment. Nothing here
//! reads a global: [`LoadOptions`] carries the environment and the working folder, so that a test says what they are.
//!
//! Every problem is reported at once, each by its key, and no text ever holds a secret's value.

pub mod environment;
pub mod exposure;
pub mod key_file;
mod layers;
mod leaf;
pub mod listing;
pub mod mongo_url;
pub mod network;
mod origin;
pub mod problem;
mod rules;
mod secret_settings;
pub mod secrets;
pub mod sections;
mod span;
pub mod store_url;
mod tree;
mod variables;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use config::Value;
use garde::Validate;
use serde::Deserialize;

use self::environment::Environment;
use self::layers::Layer;
use self::problem::{Problem, SettingsError};
use self::sections::{
    AuditSettings, AuthSettings, BackupSettings, CorsSettings, DocsSettings, LogSettings, MetricsSettings,
    RateLimitSettings, ServerSettings, StoreSettings, WorkspaceSettings,
};
use self::store_url::StoreUrl;

/// Every setting, checked. `config/default.toml` describes each one.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The environment's name, which no file can set since it chooses the files.
    #[serde(skip)]
    #[garde(skip)]
    pub environment: Environment,
    /// Where secrets that were made up are kept: beside the data, or in the working folder's `data` where that is on a
    /// MongoDB. None where the data ends with the server.
    #[serde(skip)]
    #[garde(skip)]
    pub secrets_folder: Option<PathBuf>,
    /// How the server listens and what it bears.
    #[garde(dive)]
    pub server: ServerSettings,
    /// Where the records are kept.
    #[garde(dive)]
    pub store: StoreSettings,
    /// Tokens and passwords.
    #[garde(dive)]
    pub auth: AuthSettings,
    /// The audit log.
    #[garde(dive)]
    pub audit: AuditSettings,
    /// Backups of the embedded store.
    #[garde(dive)]
    pub backup: BackupSettings,
    /// Which pages of other origins may call.
    #[garde(dive)]
    pub cors: CorsSettings,
    /// The API document and its pages.
    #[garde(dive)]
    pub docs: DocsSettings,
    /// How fast one account or address may ask.
    #[garde(dive)]
    pub rate_limit: RateLimitSettings,
    /// What is logged, and how.
    #[garde(dive)]
    pub log: LogSettings,
    /// Whether and where numbers are shown.
    #[garde(dive)]
    pub metrics: MetricsSettings,
    /// What a store is given when it is made.
    #[garde(dive)]
    pub workspace: WorkspaceSettings,
}

/// Where settings come from, besides what is compiled in.
pub struct LoadOptions<E> {
    /// The file given with `--config`.
    pub config_file: Option<PathBuf>,
    /// The environment's variables; [`process_environment`] in the program itself.
    pub env: E,
    /// The folder in which `config/`, `.env` and relative paths are looked up.
    pub cwd: PathBuf,
}

impl<E> fmt::Debug for LoadOptions<E> {
    /// Without the environment, which holds secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadOptions")
            .field("config_file", &self.config_file)
            .field("cwd", &self.cwd)
            .finish_non_exhaustive()
    }
}

/// The settings of all layers, with what they were read from.
struct Loaded {
    /// With the default in place of each bad value.
    settings: Settings,
    /// All layers merged.
    tree: Value,
    /// The layers above the compiled-in defaults, the lowest first.
    layers: Vec<Layer>,
    /// What was bad.
    problems: Vec<Problem>,
}

impl Settings {
    /// Reads and checks all layers, but asks for no secrets: for commands that sign nothing.
    ///
    /// # Errors
    /// All problems found, each with its key.
    pub fn load<E>(options: LoadOptions<E>) -> Result<Self, SettingsError>
    where
        E: IntoIterator<Item = (String, String)>,
    {
        let Loaded { settings, problems, .. } = read(options);
        SettingsError::unless_empty(problems)?;
        Ok(settings)
    }

    /// Reads and checks all layers for a server: also the secrets that are given, and what must not be in production.
    ///
    /// # Errors
    /// All problems found, those of the secrets among them.
    pub fn load_for_serving<E>(options: LoadOptions<E>) -> Result<Self, SettingsError>
    where
        E: IntoIterator<Item = (String, String)>,
    {
        let cwd = options.cwd.clone();
        let Loaded { settings, tree, layers, mut problems } = read(options);
        problems.extend(secrets::weaknesses(&settings.environment, &settings.auth));
        problems.extend(exposure::flaws(&settings));
        problems.extend(exposure::undecided(&settings, &tree));
        problems.extend(exposure::open_files_with_secrets(&settings, &layers, &cwd));
        SettingsError::unless_empty(problems)?;
        Ok(settings)
    }
}

/// The process's own environment. Variables that are not Unicode are left out: none of ours can be.
pub fn process_environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?)))
}

fn text(value: OsString) -> Option<String> {
    value.into_string().ok()
}

fn read<E>(options: LoadOptions<E>) -> Loaded
where
    E: IntoIterator<Item = (String, String)>,
{
    let mut problems = Vec::new();
    let defaults = layers::compiled_defaults();
    let layers = layers::collect(options.config_file.as_deref(), options.env, &options.cwd, &mut problems);
    let mut tree = layers::merge(&defaults, &layers.stack);
    tree::fit(&defaults, &mut tree, &mut problems);
    let mut settings = deserialize(&defaults, &tree, &mut problems);
    if let Err(report) = settings.validate() {
        for (path, error) in report.iter() {
            problems.push(Problem::of(&tree, &path.to_string(), error.message()));
        }
    }
    settings.environment = layers.environment;
    settings.store.url = settings.store.url.within(&options.cwd);
    settings.secrets_folder = match &settings.store.url {
        url @ (StoreUrl::File(_) | StoreUrl::Memory) => url.folder().map(Path::to_owned),
        StoreUrl::Mongo(_) => Some(options.cwd.join("data")),
    };
    settings.backup.folder = options.cwd.join(settings.backup.folder);
    settings.server.tls = settings.server.tls.within(&options.cwd);
    settings.auth.key_file = settings.auth.key_file.map(|file| options.cwd.join(file));
    Loaded { settings, tree, layers: layers.stack, problems }
}

/// Turns the tree into settings. A value that cannot be read is noted and replaced by its default, until all fit.
fn deserialize(defaults: &Value, tree: &Value, problems: &mut Vec<Problem>) -> Settings {
    let mut patched = tree.clone();
    loop {
        let error = match patched.clone().try_deserialize::<Settings>() {
            Ok(settings) => return settings,
            Err(error) => error,
        };
        let (key, text) = problem::key_and_text(&error);
        problems.push(Problem::of(tree, &key, &text));
        // What is wrong with one element is mended with the whole list.
        let whole = key.split('[').next().unwrap_or(&key);
        // A key that the defaults do not have would be found again for ever; all defaults end the search.
        patched = match tree::get(defaults, whole) {
            Some(default) if tree::get(&patched, whole) != Some(default) => {
                tree::replaced(patched, whole, default)
            }
            Some(_) | None => defaults.clone(),
        };
    }
}

#[cfg(test)]
mod tests;
