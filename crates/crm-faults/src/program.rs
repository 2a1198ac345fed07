//! The program that is started, as the server or as a weakened one.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crm_testkit::mongod::node::Host;

use crate::Outcome;
use crate::weakness::Weakness;

/// The first argument of a process that is to play a role.
pub(crate) const MARK: &str = "--as";
/// The role of the server.
pub(crate) const SERVER: &str = "server";
/// The role of a server that loses something.
pub(crate) const WEAKENED: &str = "weakened-server";

/// Where this program is: tests know it from cargo.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    /// The host that it is started on.
    host: Host,
}

impl Program {
    /// The one that runs.
    ///
    /// # Errors
    /// It cannot be told which that is.
    pub fn this() -> Outcome<Self> {
        Ok(Self::at(&std::env::current_exe()?))
    }

    /// The one at this path.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), host: Host::here() }
    }

    /// The same on this host.
    pub(crate) fn on(self, host: Host) -> Self {
        Self { host, ..self }
    }

    /// `crm-server` with these arguments. It sees nothing of this process's environment.
    pub fn server(&self, arguments: &[&str]) -> Command {
        let mut command = self.command();
        command.args([MARK, SERVER]).args(arguments);
        command
    }

    /// `crm-server serve`, but for one thing.
    pub fn weakened(&self, weakness: Weakness) -> Command {
        let mut command = self.command();
        command.args([MARK, WEAKENED, weakness.name()]);
        command
    }

    /// The standard input is a pipe: a server ends with it, so that none outlives whoever started it.
    fn command(&self) -> Command {
        let prefix = self.host.command_prefix();
        let mut command = match prefix.split_first() {
            None => Command::new(&self.path),
            Some((enter, arguments)) => {
                let mut command = Command::new(enter);
                command.args(arguments).arg(&self.path);
                command
            }
        };
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}
