//! Checks everything that can be checked without serving, and says what it found, a line each.
//!
//! A store that is not there is not made, and one of an older version is not migrated.

mod backups;
mod files;
pub mod finding;
mod mongodb;
mod network;
mod store;

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use crm_app::ports::clock::Clock;

use self::finding::Finding;
use crate::cli::DoctorArgs;
use crate::clock::SystemClock;
use crate::command_error::CommandError;
use crate::output;
use crate::serve::backups::Schedule;
use crate::settings::Settings;
use crate::settings::problem::SettingsError;
use crate::settings::secrets;
use crate::settings::store_url::StoreUrl;

/// Runs the checks and says each finding. The exit code is 1 if something is wrong.
///
/// # Errors
/// A check could not be made at all.
pub async fn run(settings: Settings, args: DoctorArgs) -> Result<ExitCode, CommandError> {
    let mut findings = Findings::new();
    let environment = format!("can be used; the environment is {}", settings.environment);
    findings.say(&Finding::good("settings", environment));
    match secrets::state(&settings) {
        Ok(state) => findings.say(&Finding::good("secrets", state)),
        Err(error) => findings.say_each("secrets", &error),
    }
    for finding in network::check(&settings) {
        findings.say(&finding);
    }
    let is_there = match &settings.store.url {
        StoreUrl::Memory => {
            findings.say(&Finding::doubtful("store", "is in memory and ends with the server"));
            false
        }
        StoreUrl::File(path) => {
            let found = files::check(path);
            found.lines.iter().for_each(|finding| findings.say(finding));
            found.is_there
        }
        StoreUrl::Mongo(url) => {
            let found = mongodb::check(url, &settings).await;
            found.lines.iter().for_each(|finding| findings.say(finding));
            found.is_there
        }
    };
    if let Some(schedule) = Schedule::of(&settings) {
        for finding in backups::check(&schedule, SystemClock.now()) {
            findings.say(&finding);
        }
    }
    if is_there {
        store::check(&settings, args, &mut |finding| findings.say(&finding)).await?;
    }
    Ok(if findings.any_wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Says what is wrong with settings that cannot be used, for a check that ends there.
pub fn bad_settings(error: &SettingsError) -> ExitCode {
    Findings::new().say_each("settings", error);
    ExitCode::FAILURE
}

struct Findings {
    any_wrong: bool,
    colour: bool,
}

impl Findings {
    /// In colour on a terminal, unless `NO_COLOR` is set (no-color.org).
    fn new() -> Self {
        let colour =
            io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
        Self { any_wrong: false, colour }
    }

    fn say(&mut self, finding: &Finding) {
        self.any_wrong |= finding.is_wrong();
        output::say(&finding.line(self.colour));
    }

    /// One finding for each setting that is wrong.
    fn say_each(&mut self, about: &'static str, error: &SettingsError) {
        for problem in error.problems() {
            self.say(&Finding::wrong(about, problem.to_string()));
        }
    }
}
