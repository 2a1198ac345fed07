//! What this program is when it was started by itself: the server, from the same build as what breaks it.

use std::process::ExitCode;
use std::thread;

use clap::Parser;
use crm_server::cli::Cli;
use crm_server::command_error::CommandError;
use crm_server::{output, run, tls};
use rustix::process::{Signal, getpid, kill_process};

use crate::program::{MARK, SERVER, WEAKENED};
use crate::weakness::Weakness;

/// What a process can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// `crm-server` with these arguments.
    Server(Vec<String>),
    /// A server that loses something.
    Weakened(Weakness),
}

impl Role {
    /// The role of this process, if it was started with one.
    pub fn of_this_process() -> Option<Self> {
        Self::of(std::env::args().skip(1))
    }

    fn of(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        if arguments.next()? != MARK {
            return None;
        }
        match arguments.next()?.as_str() {
            SERVER => Some(Self::Server(arguments.collect())),
            WEAKENED => Weakness::named(&arguments.next()?).map(Self::Weakened),
            _ => None,
        }
    }

    /// Plays it to the end.
    pub fn play(self) -> ExitCode {
        thread::spawn(end_with_the_standard_input);
        // As in the main function of `crm-server`.
        tls::choose_provider();
        let ended = match self {
            Self::Server(arguments) => {
                let typed = std::iter::once("crm-server".to_owned()).chain(arguments);
                run::run(Cli::parse_from(typed))
            }
            Self::Weakened(weakness) => {
                run::serve_altered(&weakness.alterations()).map(|()| ExitCode::SUCCESS)
            }
        };
        ended.unwrap_or_else(|error: CommandError| {
            output::complain(&format!("crm-server: {error}"));
            error.exit_code()
        })
    }
}

fn end_with_the_standard_input() {
    std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()).ok();
    // Whoever started it is gone: nobody is left to hear of a failure.
    kill_process(getpid(), Signal::TERM).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_played_by_those_only_who_were_told_to() {
        let of = |typed: &[&str]| Role::of(typed.iter().map(|word| (*word).to_owned()));
        assert_eq!(of(&["--as", "server", "serve"]), Some(Role::Server(vec!["serve".to_owned()])));
        assert_eq!(of(&["--as", "weakened-server", "not-synced"]), Some(Role::Weakened(Weakness::NotSynced)));
        for other in [&["kill"][..], &[], &["--as"], &["--as", "somebody"], &["--as", "weakened-server", "x"]]
        {
            assert_eq!(of(other), None, "{other:?}");
        }
    }
}
