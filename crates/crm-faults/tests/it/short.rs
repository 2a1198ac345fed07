//! A suite for a few rounds.

use std::path::Path;

use crm_faults::chance;
use crm_faults::program::Program;
use crm_faults::report::Report;
use crm_faults::suites::{Run, Size, Suite};
use crm_faults::weakness::Weakness;

/// Runs it. `CRM_TEST_SEED` has an earlier run again.
pub(crate) async fn short(suite: Suite, rounds: u64, weakness: Option<Weakness>) -> Vec<Report> {
    let (program, seed) = (program(), seed());
    let reports = suite.run(&Run { program, weakness, rounds, size: Size::Short, seed }).await.unwrap();
    println!("{}", Report::head());
    for report in &reports {
        println!("{}\n{}", report.row(), report.line().unwrap());
    }
    reports
}

/// The program, which is the server too.
pub(crate) fn program() -> Program {
    Program::at(Path::new(env!("CARGO_BIN_EXE_crm-faults")))
}

/// What chance follows from.
pub(crate) fn seed() -> u64 {
    let asked = std::env::var("CRM_TEST_SEED").ok();
    asked.map_or_else(chance::new_seed, |seed| seed.parse().expect("CRM_TEST_SEED is a number"))
}
