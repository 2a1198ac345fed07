//! The log: for people on a terminal, one JSON object a line elsewhere. It goes to the standard error.

mod access;
mod flood;
mod lines;
#[cfg(test)]
mod written;

use std::io::{self, IsTerminal, Stderr};
use std::sync::OnceLock;

use tokio::runtime::Handle;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::access::AccessJson;
use self::flood::Flood;
use self::lines::Lines;
use crate::command_error::CommandError;
use crate::settings::problem::{Problem, SettingsError};
use crate::settings::sections::{LogFormat, LogSettings};

/// Libraries that say more than anybody wants to know, unless asked for.
const QUIET: &str = "actix_server=warn,mio=warn";

/// The lines of this process.
static LINES: OnceLock<Lines<Stderr>> = OnceLock::new();

/// Starts the log, once per process. Whoever ends the process calls [`finish`].
///
/// # Errors
/// The levels cannot be read, or a log was started before.
pub fn start(settings: &LogSettings) -> Result<(), CommandError> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.level))
        .map_err(|_| SettingsError::from(Problem::new("log.level", "is no list of levels")))?;
    let lines = LINES.get_or_init(|| Lines::to(io::stderr()));
    let text = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines.clone());
    let flood = Flood::default();
    let is_json = match settings.format {
        LogFormat::Json => true,
        LogFormat::Auto => !io::stderr().is_terminal(),
        LogFormat::Pretty => false,
    };
    let started = if is_json {
        let text = text.json().flatten_event(true).with_span_list(false).map_event_format(AccessJson);
        text.finish().with(flood.clone()).try_init()
    } else {
        text.compact()
            .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
            .with_target(false)
            .finish()
            .with(flood.clone())
            .try_init()
    };
    started.map_err(|error| CommandError::failed("the log cannot be started", error))?;
    lines.keep_writing().map_err(|error| CommandError::failed("the log cannot be started", error))?;
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(flood.keep_telling());
    }
    Ok(())
}

/// Writes what waits to be written, before the process ends.
pub fn finish() {
    if let Some(lines) = LINES.get() {
        lines.flush();
    }
}
