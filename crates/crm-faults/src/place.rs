//! A working folder of a run's own, and the program run in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crm_testkit::mongod::node::Host;
use tempfile::TempDir;

use crate::Outcome;
use crate::finding::{Finding, Kind};
use crate::program::Program;
use crate::server::Server;
use crate::weakness::Weakness;

/// A working folder and what the program is told there.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    path: PathBuf,
    program: Program,
    variables: Vec<(OsString, OsString)>,
}

/// How a server is started, if not as it is.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// What is wrong with it.
    pub weakness: Option<Weakness>,
    /// Variables that it has beside those of the place, such as a library to load first.
    pub variables: Vec<(OsString, OsString)>,
}

impl Place {
    /// A folder with an embedded store.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn embedded(program: &Program) -> Outcome<Self> {
        let place = Self::new(program)?;
        let url = format!("sqlite://{}", place.store().display());
        Ok(place.with("CRM__STORE__URL", &url))
    }

    /// A folder whose server works with the store at this address.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn at(program: &Program, url: &str) -> Outcome<Self> {
        Ok(Self::new(program)?.with("CRM__STORE__URL", url))
    }

    /// Any port, cheap hashes, tokens that last, and as many requests as a client likes.
    fn new(program: &Program) -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("crm-faults-").tempdir()?;
        // The store's path is told apart by its letters.
        let path = folder.path().canonicalize()?;
        let place = Self { folder, path, program: program.clone(), variables: Vec::new() };
        Ok(place
            .with("CRM__SERVER__PORT", "0")
            .with("CRM__RATE_LIMIT__ENABLED", "false")
            .with("CRM__AUTH__ACCESS_TTL", "1d")
            .with("CRM__AUTH__ARGON2__MEMORY_KIB", "7168")
            .with("CRM__AUTH__ARGON2__ITERATIONS", "5")
            .with("CRM__LOG__LEVEL", "warn"))
    }

    /// The same with one more variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// The same with these variables.
    #[must_use]
    pub fn with_all(mut self, variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        self.variables.extend(variables);
        self
    }

    /// The same with the program where this host is.
    #[must_use]
    pub(crate) fn on(mut self, host: Host) -> Self {
        let address = host.address.to_string();
        self.program = self.program.on(host);
        self.with("CRM__SERVER__HOST", &address)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.path
    }

    /// The embedded store's file.
    pub fn store(&self) -> PathBuf {
        self.path.join("store/crm.db")
    }

    /// Leaves the folder there when the value goes, for whoever wants to look at it.
    pub fn keep(&mut self) {
        self.folder.disable_cleanup(true);
    }

    /// Fills the store with the sample data.
    ///
    /// # Errors
    /// The program did not.
    pub async fn seed(&self) -> Outcome<()> {
        match self.run(&["seed"]).await? {
            (true, _) => Ok(()),
            (false, said) => Err(format!("the store was not filled: {said}").into()),
        }
    }

    /// Starts to serve and waits until it does.
    ///
    /// # Errors
    /// It ended instead.
    pub async fn serve(&self) -> Outcome<Server> {
        self.serve_as(&Start::default()).await
    }

    /// The same in another way.
    ///
    /// # Errors
    /// As [`Place::serve`].
    pub async fn serve_as(&self, start: &Start) -> Outcome<Server> {
        let command = match start.weakness {
            None => self.program.server(&["serve"]),
            Some(weakness) => self.program.weakened(weakness),
        };
        let mut command = self.here(command);
        command.envs(start.variables.iter().map(|(name, value)| (name, value)));
        Server::start(command).await
    }

    /// What the program itself finds wrong with its store: records, events, counters, the audit log.
    ///
    /// # Errors
    /// It cannot be run.
    pub async fn examine(&self) -> Outcome<Vec<Finding>> {
        let mut findings = Vec::new();
        for arguments in [&["doctor", "--recount"][..], &["audit", "verify"]] {
            if let (false, said) = self.run(arguments).await? {
                findings.push(Finding::new(Kind::Store, format!("{}: {said}", arguments.join(" "))));
            }
        }
        Ok(findings)
    }

    /// Runs a command of the program to its end: whether it did what it was told, and what it said.
    async fn run(&self, arguments: &[&str]) -> Outcome<(bool, String)> {
        let command = self.here(self.program.server(arguments));
        let mut command = tokio::process::Command::from(command);
        let child = command.kill_on_drop(true).spawn()?;
        let output = wait(child).await?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
    }

    fn here(&self, mut command: Command) -> Command {
        command
            .current_dir(&self.path)
            .env("TMPDIR", &self.path)
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Waits with the standard input open, since a program that is its own server ends with it.
async fn wait(mut child: tokio::process::Child) -> Outcome<std::process::Output> {
    let stdin = child.stdin.take();
    let output = child.wait_with_output().await?;
    drop(stdin);
    Ok(output)
}
