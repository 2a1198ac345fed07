//! What this program is when it is started by itself: what is measured is a process of its own, built from the same
//! code in the same way, and never an older one that lay around.

use std::process::{Command, ExitCode, Stdio};
use std::thread;

use clap::Parser;
use crm_server::cli::Cli;
use crm_server::{output, run, tls};
use rustix::process::{Signal, getpid, kill_process};

use crate::{Outcome, bare_route};

/// The first argument of a process that is to play a role.
const MARK: &str = "--as";

/// What a process can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `crm-server serve`.
    Server,
    /// A route of actix that answers with so many bytes of JSON.
    BareRoute(usize),
}

impl Role {
    /// The role of this process, if it was started by [`Role::command`].
    pub(crate) fn of_this_process() -> Option<Self> {
        let mut arguments = std::env::args().skip(1);
        if arguments.next()? != MARK {
            return None;
        }
        match (arguments.next()?.as_str(), arguments.next()) {
            ("server", _) => Some(Self::Server),
            ("bare-route", Some(bytes)) => bytes.parse().ok().map(Self::BareRoute),
            _ => None,
        }
    }

    /// What starts a process that plays it. It ends when its standard input does, which is when whoever started it has
    /// ended, in whichever way.
    pub(crate) fn command(self) -> Outcome<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(MARK);
        match self {
            Self::Server => command.arg("server"),
            Self::BareRoute(bytes) => command.args(["bare-route", &bytes.to_string()]),
        };
        // The log is written, as it is wherever the server runs, and not kept.
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        Ok(command)
    }

    /// Plays it to the end.
    pub(crate) fn play(self) -> ExitCode {
        thread::spawn(end_with_the_standard_input);
        match self {
            // As in the main function of `crm-server`.
            Self::Server => {
                tls::choose_provider();
                run::run(Cli::parse_from(["crm-server", "serve"])).unwrap_or_else(|error| {
                    output::say(&format!("{error}"));
                    error.exit_code()
                })
            }
            Self::BareRoute(bytes) => match bare_route::serve(bytes) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    output::say(&error.to_string());
                    ExitCode::FAILURE
                }
            },
        }
    }
}

fn end_with_the_standard_input() {
    std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()).ok();
    // Whoever started it is gone: nobody is left to hear of a failure.
    kill_process(getpid(), Signal::TERM).ok();
}
