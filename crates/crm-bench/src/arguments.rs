//! What can be typed on the command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measures the server over HTTP on stores of several sizes, beside a bare route and the store's driver
#[derive(Debug, Parser)]
#[command(name = "crm-bench", version, about, long_about = None, max_term_width = 110)]
pub(crate) struct Arguments {
    /// The sizes of the stores: how many leads each has; a fifth as many customers, two fifths as many tasks
    #[arg(
        long, value_delimiter = ',', default_value = "10000,100000", value_name = "LIST",
        value_parser = clap::value_parser!(u64).range(40..=100_000_000)
    )]
    pub(crate) leads: Vec<u64>,
    /// Where the records are kept
    #[arg(long, value_enum, default_value_t = StoreKind::Sqlite)]
    pub(crate) store: StoreKind,
    /// How many clients ask at once, each on a connection of its own
    #[arg(
        long, value_delimiter = ',', default_value = "1,32", value_name = "LIST",
        value_parser = clap::value_parser!(u16).range(1..=512)
    )]
    pub(crate) clients: Vec<u16>,
    /// Seconds for which each row is measured
    #[arg(long, default_value_t = 1.5, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// Only these rows, such as get,dashboard,create; an unknown name lists them
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(crate) only: Vec<String>,
    /// Write all figures into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Draw latency against size into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Where the stores are made [default: the system's temporary folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Leave embedded stores there, and take those that an earlier run has left as they are
    #[arg(long, requires = "folder")]
    pub(crate) keep: bool,
}

/// Where the records are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreKind {
    /// The embedded store, in a file
    Sqlite,
    /// A MongoDB, found as the tests find one, a replica set of one member
    Mongodb,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.01..=3_600.0).contains(&seconds) => Ok(seconds),
        Ok(_) | Err(_) => Err("must be a number from 0.01 to 3600".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
        let parsed = Arguments::parse_from(["crm-bench", "--leads", "200,4000", "--clients", "1,4"]);
        assert_eq!((parsed.leads, parsed.clients), (vec![200, 4000], vec![1, 4]));
    }
}
