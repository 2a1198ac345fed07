//! What can be typed on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use crm_domain::audit::chain::Mark;
use secrecy::SecretString;

/// What the program is, the first line of `--help`.
const ABOUT: &str = "A CRM backend for small sales teams: accounts, leads, customers, tasks, an activity feed and a \
                     dashboard over a REST API, kept in one SQLite file or on a MongoDB replica set";

/// Where to begin, the last lines of `--help`.
const FIRST_STEPS: &str = "First steps:
  crm-server demo       look around in a temporary store with sample data
  crm-server            serve the API at http://127.0.0.1:3000, with the data in data/crm.db
  crm-server doctor     check the settings and the store";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "crm-server", version, about = ABOUT, long_about = None, after_help = FIRST_STEPS, max_term_width = 110)]
pub struct Cli {
    /// Settings that win over the default files; a TOML file like config/default.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do; `serve` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API (what happens without a command)
    Serve,
    /// Serve a throw-away store full of sample data, and print its users and a first request
    Demo,
    /// Fill the store with sample data
    Seed(SeedArgs),
    /// Look after accounts; works beside a running server
    User {
        /// Which of it.
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Check the audit log
    Audit {
        /// Which of it.
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Look after the keys that sign access tokens; works beside running servers, which read them anew
    Keys {
        /// Which of it.
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Print a new setup token, with which the first admin is made at the running server; it works for an hour, and those
    /// that were shown before no longer
    SetupToken,
    /// Show the time zone that decides which day it is, or change it and recount everything that rests on it
    Timezone {
        /// The IANA name of the new zone, such as Europe/Berlin
        zone: Option<String>,
    },
    /// Move everything a store holds somewhere else, or into a store what was elsewhere
    Store {
        /// Which of it.
        #[command(subcommand)]
        command: StoreCommand,
    },
    /// Make a backup of the store, check one, or make a store from one
    Backup {
        /// Which of it.
        #[command(subcommand)]
        command: BackupCommand,
    },
    /// Print the API document (OpenAPI 3.1)
    Openapi,
    /// Print a script that completes commands and options in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Check settings, secrets, the store and its disk; one line per finding, exit code 1 if something is wrong
    Doctor(DoctorArgs),
    /// Ask the running server on this machine whether it is alive; for containers
    Healthcheck,
    /// Print every setting as it is in effect and where it comes from; secrets are not shown
    Config,
}

/// What `seed` is told.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct SeedArgs {
    /// How many agents
    #[arg(long, default_value_t = Amounts::SAMPLE.agents, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub agents: u64,
    /// How many leads
    #[arg(long, default_value_t = Amounts::SAMPLE.leads)]
    pub leads: u64,
    /// How many customers
    #[arg(long, default_value_t = Amounts::SAMPLE.customers)]
    pub customers: u64,
    /// How many tasks
    #[arg(long, default_value_t = Amounts::SAMPLE.tasks)]
    pub tasks: u64,
    /// The same number makes the same data
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub random_seed: u64,
    /// Delete everything in the store first
    #[arg(long)]
    pub reset: bool,
    /// Do nothing if the store has records already
    #[arg(long, conflicts_with = "reset")]
    pub if_empty: bool,
    /// In production: yes, this store is meant
    #[arg(long)]
    pub yes_in_production: bool,
    /// In production: the passwords of the sample accounts are in the manual; the server starts once they have others
    #[arg(long)]
    pub i_know_that_everybody_knows_the_passwords: bool,
}

impl SeedArgs {
    /// How much of each.
    pub fn amounts(&self) -> Amounts {
        Amounts { agents: self.agents, leads: self.leads, customers: self.customers, tasks: self.tasks }
    }
}

/// How much sample data there is to be, beside one admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// Agents.
    pub agents: u64,
    /// Leads.
    pub leads: u64,
    /// Customers, those that were leads included.
    pub customers: u64,
    /// Tasks.
    pub tasks: u64,
}

impl Amounts {
    /// Enough to look around.
    pub const SAMPLE: Self = Self { agents: 2, leads: 10, customers: 5, tasks: 8 };
}

/// What can be done with the keys of access tokens.
#[derive(Debug, Clone, Subcommand)]
pub enum KeysCommand {
    /// Make a new key, which signs a little later, and drop those that no token needs any more
    Rotate(RotateArgs),
    /// List the keys: their ids, dates, what they do and when they end; never their secrets
    List,
    /// End a key at once: tokens that it signed are refused within a second. Not the one that signs: make a new one first
    Revoke {
        /// The id of the key, as `keys list` shows it
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
}

/// What `keys rotate` is told.
#[derive(Debug, Clone, Copy, Args)]
pub struct RotateArgs {
    /// Seconds until the new key signs; every server must have the file by then, and looks at it each second
    #[arg(
        long, default_value_t = 60, value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(2..=86_400)
    )]
    pub signs_after: u64,
}

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account
    Add(UserAddArgs),
    /// List all accounts
    List,
    /// Deactivate an account; its tokens are refused from then on
    Disable {
        /// The email of the account
        email: String,
    },
    /// Set another password, which signs the user out everywhere
    Password {
        /// The email of the account
        email: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: PasswordArgs,
    },
}

/// What `user add` is told.
#[derive(Debug, Args)]
pub struct UserAddArgs {
    /// The email that the user signs in with
    #[arg(long)]
    pub email: String,
    /// The user's name
    #[arg(long)]
    pub name: String,
    /// What the user may do
    #[arg(long, value_enum, default_value_t = RoleArg::Agent)]
    pub role: RoleArg,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: PasswordArgs,
}

/// A role, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// Sees and changes everything, and manages users
    Admin,
    /// Sees and changes what is theirs
    Agent,
}

/// Where a password comes from: asked for on the terminal, unless one of these is given. Never from the command line
/// itself, which every user of the machine can read.
#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
pub struct PasswordArgs {
    /// Make one up and print it, once
    #[arg(long)]
    pub generate: bool,
    /// Read it from the first line of the standard input
    #[arg(long)]
    pub password_stdin: bool,
}

/// What can be done with whole stores.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Copy everything from one store into another that is empty, and compare them; the source may be served meanwhile.
    /// If it is broken off, the same command begins anew
    Copy(CopyArgs),
    /// Take over what the Node.js backend kept in its MongoDB. It may be run again: what is there already stays as it is.
    /// Exit code 3 if something was left out
    ImportNode(ImportNodeArgs),
    /// Bring a store of an older version up to date, as the next start of the server does; nobody may serve it meanwhile.
    /// An embedded store is copied first
    Migrate,
}

/// What `store copy` is told. An address with a password is better given as a variable: every user of the machine can
/// read the command line.
#[derive(Debug, Args)]
pub struct CopyArgs {
    /// The address of the store to read, such as sqlite://data/crm.db
    #[arg(long, value_name = "URL", env = "CRM_COPY_FROM", hide_env_values = true)]
    pub from: SecretString,
    /// The address of the store to fill, such as mongodb://127.0.0.1:27017/crm?replicaSet=rs0
    #[arg(long, value_name = "URL", env = "CRM_COPY_TO", hide_env_values = true)]
    pub to: SecretString,
}

/// What can be done with backups.
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Copy the store, as it is at one moment, into one file with its sum; works beside a running server. Of an embedded
    /// store it is the store itself, the audit log included; of one on MongoDB an archive of all records, without the
    /// audit log
    Make {
        /// The file, which must not be there yet; one named by the moment in `backup.folder` unless this is given
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
        /// Make an archive of all records of either kind of store, which can be restored into either kind; it is larger
        /// and slower to make, and the audit log is not in it
        #[arg(long)]
        archive: bool,
    },
    /// Check that a backup is what was written and can be restored; exit code 1 if not
    Verify {
        /// The backup
        file: PathBuf,
    },
    /// Check a backup and make the store of the settings from it; nothing may be there and no server run on it
    Restore {
        /// The backup
        file: PathBuf,
    },
}

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check every entry and its seal, and that none is missing; exit code 1 names the first that is not as it was
    /// sealed, exit code 3: the settings give no key for this log. Works beside a running server
    Verify {
        /// A place that was printed before and noted elsewhere: only it tells a store that was put back to an older
        /// copy
        #[arg(long, value_name = "NUMBER:SEAL", value_parser = mark)]
        noted: Option<Mark>,
    },
}

fn mark(text: &str) -> Result<Mark, String> {
    Mark::parse(text).ok_or_else(|| "must be a number, a colon and 64 hexadecimal digits".to_owned())
}

/// What `store import-node` is told.
#[derive(Debug, Args)]
pub struct ImportNodeArgs {
    /// The old database, which is only read: mongodb://user:password@host/database. A password is better put into the
    /// environment, as every user of the machine can read the command line
    #[arg(long, value_name = "URL", env = "CRM_IMPORT_FROM", hide_env_values = true)]
    pub from: SecretString,
    /// The store to take it into; the one of the settings unless this is given
    #[arg(long, value_name = "URL", env = "CRM_IMPORT_TO", hide_env_values = true)]
    pub to: Option<SecretString>,
    /// The email of the account that gets the customers and tasks whose owner is gone; else they are left out
    #[arg(long, value_name = "EMAIL")]
    pub orphans_to: Option<String>,
    /// Report what would happen, and write no record
    #[arg(long)]
    pub dry_run: bool,
    /// Write what became of each record that was not taken over as it was, a line of JSON each
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// What `doctor` is told.
#[derive(Debug, Clone, Copy, Args)]
pub struct DoctorArgs {
    /// Count everything anew and compare it with the counters behind totals and dashboard
    #[arg(long)]
    pub recount: bool,
    /// Correct the counters that are wrong
    #[arg(long, requires = "recount")]
    pub repair: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_password_is_never_taken_from_the_command_line() {
        let with = ["crm-server", "user", "password", "a@b.example", "--password", "secret12"];
        assert!(Cli::try_parse_from(with).is_err());
        let both = ["crm-server", "user", "password", "a@b.example", "--generate", "--password-stdin"];
        assert!(Cli::try_parse_from(both).is_err());
    }

    #[test]
    fn counters_are_repaired_only_after_a_recount() {
        assert!(Cli::try_parse_from(["crm-server", "doctor", "--repair"]).is_err());
    }
}
