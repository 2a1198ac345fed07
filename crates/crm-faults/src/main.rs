//! The program: plays the role it was started for, or runs the suite that was typed.

use std::process::ExitCode;

use clap::Parser;
use crm_faults::arguments::Arguments;
use crm_faults::role::Role;
use crm_faults::suites;
use crm_server::output;

fn main() -> ExitCode {
    if let Some(role) = Role::of_this_process() {
        return role.play();
    }
    match suites::run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            output::complain(&format!("crm-faults: {error}"));
            ExitCode::FAILURE
        }
    }
}
