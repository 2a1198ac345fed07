//! From the command line to the command.

use std::future::Future;
use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::alterations::Alterations;
use crate::cli::{Cli, Command, StoreCommand};
use crate::command_error::CommandError;
use crate::settings::listing;
use crate::settings::{LoadOptions, Settings, process_environment};
use crate::{
    audit, backup, copy, demo, doctor, healthcheck, import_node, keys, migrate, output, seed, serve,
    setup_token, telemetry, timezone, users,
};

/// Runs the command. Its exit code is 0 unless it is an answer: `doctor`, `healthcheck` and `audit verify` answer with 1,
/// `store import-node` and, without the key of the log, `audit verify` with 3.
///
/// # Errors
/// Any [`CommandError`], with nothing said yet.
pub fn run(cli: Cli) -> Result<ExitCode, CommandError> {
    let place = Place { config: cli.config };
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            on_threads(serve::serve(place.settings_for_serving()?))?;
        }
        Command::Demo => on_threads(demo::demo(place.settings()?))?,
        Command::Seed(args) => on_threads(seed::seed(place.settings()?, args))?,
        Command::User { command } => on_threads(users::run(place.settings()?, command))?,
        Command::Audit { command } => return on_threads(audit::run(place.settings()?, command)),
        Command::Keys { command } => on_threads(keys::run(place.settings()?, command))?,
        Command::SetupToken => on_threads(setup_token::run(place.settings()?))?,
        Command::Timezone { zone } => on_threads(timezone::run(place.settings()?, zone))?,
        Command::Store { command: StoreCommand::Copy(args) } => {
            on_threads(copy::copy(place.settings()?, args))?;
        }
        Command::Store { command: StoreCommand::Migrate } => on_threads(migrate::migrate(place.settings()?))?,
        Command::Store { command: StoreCommand::ImportNode(args) } => {
            return on_threads(import_node::run(place.settings()?, args));
        }
        Command::Backup { command } => on_threads(backup::run(place.settings()?, command))?,
        Command::Openapi => output::say_as_is(&crm_http::openapi::openapi()),
        Command::Completions { shell } => output::say_as_is(&completions(shell)),
        Command::Doctor(args) => {
            return match place.settings() {
                Ok(settings) => on_threads(doctor::run(settings, args)),
                Err(CommandError::Settings(error)) => Ok(doctor::bad_settings(&error)),
                Err(other) => Err(other),
            };
        }
        Command::Healthcheck => return healthcheck::run(&place.settings()?),
        Command::Config => output::say_as_is(&listing::list(place.options()?)?),
    }
    Ok(ExitCode::SUCCESS)
}

/// A script for a shell that completes commands and options.
fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "crm-server", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Serves with something changed about the server: for programs that test it.
///
/// # Errors
/// As `serve`.
pub fn serve_altered(alterations: &Alterations) -> Result<(), CommandError> {
    let settings = Place { config: None }.settings_for_serving()?;
    on_threads(serve::serve_altered(settings, alterations))
}

/// Where settings are looked for.
struct Place {
    config: Option<std::path::PathBuf>,
}

impl Place {
    fn settings(&self) -> Result<Settings, CommandError> {
        Ok(Settings::load(self.options()?)?)
    }

    fn settings_for_serving(&self) -> Result<Settings, CommandError> {
        Ok(Settings::load_for_serving(self.options()?)?)
    }

    fn options(&self) -> Result<LoadOptions<impl Iterator<Item = (String, String)>>, CommandError> {
        let cwd = std::env::current_dir()
            .map_err(|error| CommandError::failed("the working folder cannot be told", error))?;
        Ok(LoadOptions { config_file: self.config.clone(), env: process_environment(), cwd })
    }
}

/// Requests are served by threads of their own; these are for signals, and for work in the background.
fn on_threads<T>(work: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    let done = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("crm")
        .enable_all()
        .build()
        .map_err(|error| CommandError::failed("no threads can be started", error))?
        .block_on(work);
    telemetry::finish();
    done
}
