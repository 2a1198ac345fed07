//! A working folder of a test's own, and the program run in it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crm_server::settings::{LoadOptions, Settings};
use tempfile::TempDir;

use super::server::Server;

/// A working folder and the variables that the program is started with.
pub(crate) struct Place {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What a command that ended left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code.
    pub(crate) code: i32,
    /// What it said.
    pub(crate) out: String,
    /// What it complained about.
    pub(crate) err: String,
}

impl Place {
    /// An empty folder. Any port; cheap hashes; as many requests as a test likes.
    pub(crate) fn new() -> Self {
        let place = Self { folder: TempDir::new().unwrap(), variables: Vec::new() };
        place
            .with("CRM__SERVER__PORT", "0")
            .with("CRM__RATE_LIMIT__ENABLED", "false")
            .with("CRM__AUTH__ARGON2__MEMORY_KIB", "7168")
            .with("CRM__AUTH__ARGON2__ITERATIONS", "5")
            .with("CRM__LOG__LEVEL", "warn,crm_server=info")
    }

    /// An empty folder whose store has the sample data.
    pub(crate) fn seeded() -> Self {
        let place = Self::new();
        place.run(&["seed"]).succeeded();
        place
    }

    /// The same with one more variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The store's file.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder().join("data/crm.db")
    }

    /// The store, past the program.
    pub(crate) fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.store()).unwrap()
    }

    /// The settings that the program has here.
    pub(crate) fn settings(&self) -> Settings {
        let env = self.variables.clone();
        Settings::load(LoadOptions { config_file: None, env, cwd: self.folder().to_owned() }).unwrap()
    }

    /// The program with these arguments, not yet started. It sees nothing of the test's own environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crm-server"));
        self.prepare(command.args(arguments));
        command
    }

    /// A shell that runs this script in the same surroundings as the program, not yet started.
    pub(crate) fn shell(&self, script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        self.prepare(command.args(["-c", script]));
        command
    }

    fn prepare(&self, command: &mut Command) {
        command
            .current_dir(self.folder())
            .env_clear()
            .env("TMPDIR", self.folder())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).output().unwrap())
    }

    /// Runs it to its end with something to read.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Ended::of(child.wait_with_output().unwrap())
    }

    /// Starts to serve and waits until it does.
    pub(crate) fn serve(&self) -> Server {
        Server::start(self.command(&["serve"]))
    }
}

impl Ended {
    fn of(output: std::process::Output) -> Self {
        Self {
            code: output.status.code().expect("it was not killed"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Gives what it said, if it did what it was told.
    pub(crate) fn succeeded(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// Gives the one line it complained in, if it refused.
    pub(crate) fn refused(self) -> String {
        assert_eq!(self.code, 2, "{self:?}");
        assert_eq!(self.err.trim_end().lines().count(), 1, "{self:?}");
        self.err.trim_end().to_owned()
    }
}
