//! What can be done to a server, one file for each.

pub mod clock_steps;
pub mod converts;
pub mod kill;
pub mod power_loss;
pub mod reassign;
pub mod replicas;
pub mod sigterm;
pub mod vanish;

use std::fs::OpenOptions;
use std::io::Write;
use std::process::ExitCode;

use clap::ValueEnum;
use crm_server::output;
use crm_testkit::mongod;
use crm_testkit::namespaces::{self, Purpose};

use crate::Outcome;
use crate::arguments::Arguments;
use crate::chance;
use crate::program::Program;
use crate::report::Report;
use crate::suites::replicas::Trouble;
use crate::weakness::Weakness;

/// What is done to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// `kill -9` of the server on the embedded store, at random and at points around a commit
    Kill,
    /// The same, and what no sync has covered is undone: all of it, a random half, or parts of it
    PowerLoss,
    /// SIGTERM while clients write and read
    Sigterm,
    /// Clients that vanish in the middle of a request
    Vanish,
    /// The clock is put forwards and back, around nights in which clocks change; a round is such a night
    ClockSteps,
    /// Sixteen convert each lead at once while the server is killed; a round is a lead
    Converts,
    /// A lead is given to somebody who is deactivated at the same moment; a round is a pair of the two
    Reassign,
    /// `kill -9` of the primary of three MongoDB members
    PrimaryKilled,
    /// The primary of three is frozen for a while (SIGSTOP)
    PrimaryFrozen,
    /// The primary of three goes on alone for a moment and is killed
    PrimaryAhead,
    /// `kill -9` of two of three members
    TwoKilled,
    /// `kill -9` of all members and the server at once
    AllKilled,
    /// The network is cut: primary from the rest, server from primary, one way (needs user namespaces and iproute2)
    Partition,
}

/// What every suite is told.
#[derive(Debug, Clone)]
pub struct Run {
    /// The program that is the server.
    pub program: Program,
    /// What is wrong with it, where something has to be found.
    pub weakness: Option<Weakness>,
    /// How often.
    pub rounds: u64,
    /// How much happens in each.
    pub size: Size,
    /// What chance follows from.
    pub seed: u64,
}

/// How much happens in each round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Little: for tests, whose server is not optimised.
    Short,
    /// As much as says something.
    Long,
}

impl Suite {
    /// How often, if nobody says.
    pub fn rounds(self) -> u64 {
        match self {
            Self::Kill | Self::PowerLoss => 200,
            Self::Sigterm => 100,
            Self::Vanish => 50,
            Self::Converts => 1_000,
            Self::Reassign => 5_000,
            Self::PrimaryKilled => 30,
            Self::ClockSteps
            | Self::PrimaryFrozen
            | Self::PrimaryAhead
            | Self::TwoKilled
            | Self::AllKilled
            | Self::Partition => 10,
        }
    }

    /// Runs it, and gives what came of each of its parts. Needs a runtime.
    ///
    /// # Errors
    /// Something could not be tried. What is wrong with the server is in the report.
    pub async fn run(self, run: &Run) -> Outcome<Vec<Report>> {
        match self {
            Self::Kill => Ok(vec![kill::run(run).await?]),
            Self::PowerLoss => power_loss::run(run).await,
            Self::Sigterm => Ok(vec![sigterm::run(run).await?]),
            Self::Vanish => Ok(vec![vanish::run(run).await?]),
            Self::ClockSteps => Ok(vec![clock_steps::run(run).await?]),
            Self::Converts => Ok(vec![converts::run(run).await?]),
            Self::Reassign => Ok(vec![reassign::run(run).await?]),
            Self::PrimaryKilled => Ok(vec![replicas::run(run, Trouble::PrimaryKilled).await?]),
            Self::PrimaryFrozen => Ok(vec![replicas::run(run, Trouble::PrimaryFrozen).await?]),
            Self::PrimaryAhead => Ok(vec![replicas::run(run, Trouble::PrimaryAhead).await?]),
            Self::TwoKilled => Ok(vec![replicas::run(run, Trouble::TwoKilled).await?]),
            Self::AllKilled => Ok(vec![replicas::run(run, Trouble::AllKilled).await?]),
            Self::Partition => partitions(run).await,
        }
    }
}

async fn partitions(run: &Run) -> Outcome<Vec<Report>> {
    let mut reports = Vec::new();
    for trouble in Trouble::PARTITIONS {
        reports.push(replicas::run(run, trouble).await?);
    }
    Ok(reports)
}

/// Runs what was typed, and says what came of it. The exit code is 1 if anything is wrong.
///
/// # Errors
/// Something could not be tried.
pub fn run(arguments: &Arguments) -> Outcome<ExitCode> {
    if arguments.suite == Suite::Partition {
        mongod::fetch();
        if let Some(ended) = namespaces::enter_program(Purpose::Network)? {
            return Ok(if ended.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
    }
    let run = Run {
        program: Program::this()?,
        weakness: None,
        rounds: arguments.rounds.unwrap_or(arguments.suite.rounds()),
        size: Size::Long,
        seed: arguments.seed.unwrap_or_else(chance::new_seed),
    };
    output::complain(&format!("{} rounds, --seed {}", run.rounds, run.seed));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let reports = runtime.block_on(arguments.suite.run(&run))?;
    output::say(Report::head());
    for report in &reports {
        output::say(&report.row());
    }
    for report in &reports {
        let line = report.line()?;
        output::say(&line);
        if let Some(path) = &arguments.json {
            writeln!(OpenOptions::new().create(true).append(true).open(path)?, "{line}")?;
        }
        report.findings.iter().for_each(|finding| output::complain(finding));
    }
    Ok(if reports.iter().all(Report::is_clean) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
