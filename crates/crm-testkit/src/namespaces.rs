//! Linux namespaces for tests that mount a file system or lay out a network, which only root may do.
//!
//! Such a test calls [`enter`] first. The test program is then started again for this one test with `unshare`, as root of
//! a user namespace, which an ordinary user may create. Everything that the test starts is in that namespace, and
//! everything that it mounts or lays out is gone with its last process.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::thread;

use crate::requirement;

/// Names a file that a test writes once it is inside, so that a start for the wrong name is noticed.
const ENTERED: &str = "CRM_TEST_NAMESPACES";

/// What a test does that needs a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It mounts file systems.
    Mount,
    /// It lays out a network, with network namespaces that `ip netns` lists.
    Network,
}

impl Purpose {
    /// What is missing where this is not allowed.
    fn needs(self) -> &'static str {
        match self {
            Self::Mount => "a user namespace that may mount a file system",
            Self::Network => "a user namespace that may lay out a network, and iproute2",
        }
    }

    /// The namespaces beside that of users.
    fn namespaces(self) -> &'static [&'static str] {
        match self {
            Self::Mount => &["--mount"],
            Self::Network => &["--mount", "--net"],
        }
    }

    /// Shell commands that come before everything else inside. `ip netns` keeps its list in `/run`.
    fn preparation(self) -> &'static str {
        match self {
            Self::Mount => "",
            Self::Network => "mount -t tmpfs none /run && ip link set lo up &&",
        }
    }

    /// Shell commands that succeed where the test can do its work.
    fn trial(self) -> &'static str {
        match self {
            Self::Mount => "mount -t tmpfs -o size=1m,mode=0700 none /tmp",
            Self::Network => {
                "ip netns add trial && ip link add trial type bridge \
                 && ip link add trial0 type veth peer name eth0 netns trial \
                 && ip -n trial rule add preference 100 lookup local \
                 && nsenter --net=/run/netns/trial true"
            }
        }
    }
}

/// A way into new namespaces that this machine allows.
#[derive(Debug, Clone)]
pub struct Namespaces {
    purpose: Purpose,
    users: &'static [&'static str],
}

impl Namespaces {
    /// Finds a way in. Root may also mount where user namespaces are switched off, as in some containers.
    ///
    /// # Errors
    /// What the machine said to each attempt, in one line.
    pub fn find(purpose: Purpose) -> Result<Self, String> {
        let mut refusals = Vec::new();
        for users in [&["--user", "--map-root-user"][..], &[]] {
            let found = Self { purpose, users };
            let tried = found.command(Path::new("sh")).args(["-c", purpose.trial()]).output();
            let refusal = match tried {
                Ok(tried) if tried.status.success() => return Ok(found),
                Ok(tried) => String::from_utf8_lossy(&tried.stderr).trim().replace('\n', ", "),
                Err(error) => format!("unshare: {error}"),
            };
            if !refusals.contains(&refusal) {
                refusals.push(refusal);
            }
        }
        Err(refusals.join("; "))
    }

    /// A command that runs this program inside.
    pub fn command(&self, program: &Path) -> Command {
        let script =
            format!("PATH=\"$PATH:/usr/sbin:/sbin\"; {} exec \"$0\" \"$@\"", self.purpose.preparation());
        let mut command = Command::new("unshare");
        command.args(self.users).args(self.purpose.namespaces()).args(["sh", "-c", &script]).arg(program);
        command
    }
}

/// Whether the calling test is inside of namespaces that allow this, and does its work now. If not, its work is done when
/// this returns: by the same test inside, or it was skipped since the machine does not allow it.
///
/// # Panics
/// If the test failed inside.
pub fn enter(purpose: Purpose) -> bool {
    if let Some(mark) = env::var_os(ENTERED) {
        fs::write(mark, "").expect("the mark can be written");
        return true;
    }
    if let Some(namespaces) = find_or_skip(purpose) {
        run_this_test(&namespaces);
    }
    false
}

/// Runs this program again with its arguments inside, and gives how it ended. Inside there is nothing to do: `None`.
///
/// # Errors
/// Why the machine does not allow it, or why the program cannot be started.
pub fn enter_program(purpose: Purpose) -> Result<Option<ExitStatus>, String> {
    if env::var_os(ENTERED).is_some() {
        return Ok(None);
    }
    let namespaces =
        Namespaces::find(purpose).map_err(|refusal| format!("needs {} ({refusal})", purpose.needs()))?;
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let mut command = namespaces.command(&program);
    let ended = command.args(env::args_os().skip(1)).env(ENTERED, "/dev/null").status();
    ended.map(Some).map_err(|error| format!("unshare: {error}"))
}

/// A way in; without one the calling test is skipped.
fn find_or_skip(purpose: Purpose) -> Option<Namespaces> {
    Namespaces::find(purpose)
        .map_err(|refusal| requirement::skip(&format!("{} ({refusal})", purpose.needs())))
        .ok()
}

/// Runs the calling test, which the test harness names its thread after, in a process of its own inside.
#[expect(
    clippy::print_stdout,
    reason = "the test harness shows the output of the process as that of the test"
)]
fn run_this_test(namespaces: &Namespaces) {
    let name = thread::current().name().expect("the test harness names threads").to_owned();
    let mark = env::temp_dir().join(format!("crm-test-{}-{:08x}", std::process::id(), rand::random::<u32>()));
    let program = env::current_exe().expect("a program knows its file");
    let ended = namespaces
        .command(&program)
        .args(["--exact", &name, "--nocapture"])
        .env(ENTERED, &mark)
        .output()
        .expect("unshare was started a moment ago");
    print!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{name} failed in namespaces of its own: {}", ended.status);
    fs::remove_file(&mark).unwrap_or_else(|_| panic!("{name} did not run in namespaces of its own"));
}

#[cfg(test)]
mod tests;
