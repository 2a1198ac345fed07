//! What can be typed on the command line.

use std::path::PathBuf;

use clap::Parser;

use crate::suites::Suite;

/// Breaks the server while clients write, and looks for what was lost or done twice
#[derive(Debug, Parser)]
#[command(name = "crm-faults", version, about, long_about = None, max_term_width = 110)]
pub struct Arguments {
    /// What is done to it
    #[arg(value_enum)]
    pub suite: Suite,
    /// How often [default: the suite's own]
    #[arg(long, value_name = "N")]
    pub rounds: Option<u64>,
    /// What chance follows from; the one of an earlier run has it again [default: another each time]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Write the line of JSON into this file too, after what is in it
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
        let parsed = Arguments::parse_from(["crm-faults", "kill", "--rounds", "3", "--seed", "7"]);
        assert_eq!((parsed.suite, parsed.rounds, parsed.seed), (Suite::Kill, Some(3), Some(7)));
    }
}
