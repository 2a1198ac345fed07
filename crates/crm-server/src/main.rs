//! The program: reads the command line, runs the command, and ends with its exit code.

use std::process::ExitCode;

use clap::Parser;
use crm_server::cli::Cli;
use crm_server::{output, run, tls};

fn main() -> ExitCode {
    tls::choose_provider();
    match run::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            let code = error.exit_code();
            // With its causes, in one line.
            output::complain(&format!("crm-server: {:#}", anyhow::Error::from(error)));
            code
        }
    }
}
