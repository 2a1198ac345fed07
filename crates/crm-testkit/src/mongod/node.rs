//! One server process, with a watchdog that ends it when nobody uses it any more.

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::Instant;

use super::docker;
use super::find::Program;

/// Runs a server until nobody is left who uses it; see the script.
const WATCHDOG: &str = include_str!("watchdog.sh");

/// What a server is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The replica set `rs0`.
    Member,
    /// The replica set `rs0`, with access control; its folder holds the members' key.
    Guarded,
    /// Nothing.
    Standalone,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The address.
    pub address: Ipv4Addr,
    /// The network namespace that has this address, if it is another than ours.
    pub namespace: Option<String>,
}

impl Host {
    /// The loopback address.
    pub fn here() -> Self {
        Self { address: Ipv4Addr::LOCALHOST, namespace: None }
    }

    /// What comes before a command line that is run in this namespace; nothing where it is ours. Unlike `ip netns exec`
    /// it mounts nothing, which is refused in a user namespace of many a container.
    pub fn command_prefix(&self) -> Vec<String> {
        let enter = |name| ["nsenter".to_owned(), format!("--net=/run/netns/{name}")];
        self.namespace.iter().flat_map(enter).collect()
    }
}

/// A server process. Its folder holds its data, its log, its process id, and who uses it.
#[derive(Debug)]
pub struct Node {
    folder: PathBuf,
    host: Host,
    port: u16,
}

impl Node {
    /// Starts a server in this folder, used by this process. It ends `grace` after its last user.
    ///
    /// # Errors
    /// If the process cannot be started.
    pub(super) fn start(
        program: &Program,
        kind: Kind,
        folder: &Path,
        port: u16,
        grace: Duration,
    ) -> io::Result<Self> {
        Self::start_on(Host::here(), program, kind, (folder, port), grace)
    }

    /// The same where this host is.
    ///
    /// # Errors
    /// If the process cannot be started.
    pub(super) fn start_on(
        host: Host,
        program: &Program,
        kind: Kind,
        (folder, port): (&Path, u16),
        grace: Duration,
    ) -> io::Result<Self> {
        fs::create_dir_all(folder.join("data"))?;
        fs::create_dir_all(folder.join("users"))?;
        fs::write(folder.join("port"), port.to_string())?;
        let prefix = host.command_prefix();
        let node = Self { folder: folder.to_owned(), host, port };
        node.enter()?;
        // In a process group of its own, so that what ends the tests at the terminal leaves it to end in order.
        Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(folder)
            .arg(grace.as_secs().to_string())
            .args(prefix)
            .args(command_line(program, kind, &node))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(node)
    }

    /// The server in this folder, if there is one.
    pub(super) fn at(folder: &Path) -> Option<Self> {
        let port = fs::read_to_string(folder.join("port")).ok()?.parse().ok()?;
        Some(Self { folder: folder.to_owned(), host: Host::here(), port })
    }

    /// Notes that this process uses the server. It counts as a user for as long as it lives.
    pub(super) fn enter(&self) -> io::Result<()> {
        fs::write(self.folder.join("users").join(std::process::id().to_string()), "")
    }

    /// Whether the server was started and is not about to end. The folder may have outlived it: see [`Node::is_heard`].
    pub(super) fn is_staying(&self) -> bool {
        self.folder.join("server.pid").exists() && !self.folder.join("ending").exists()
    }

    /// Whether something listens on its port.
    pub async fn is_heard(&self) -> bool {
        tokio::net::TcpStream::connect((self.host.address, self.port)).await.is_ok()
    }

    /// The process, if it was started.
    pub(super) fn pid(&self) -> Option<Pid> {
        let pid = fs::read_to_string(self.folder.join("server.pid")).ok()?;
        pid.trim().parse().ok().and_then(Pid::from_raw)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it listens.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// How it is reached: address and port.
    pub fn address(&self) -> String {
        format!("{}:{}", self.host.address, self.port)
    }

    /// Where its data is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Waits until something listens on its port.
    ///
    /// # Errors
    /// The end of its log, if nothing does within half a minute.
    pub(super) async fn listens(&self) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !self.is_heard().await {
            let gone = !self.folder.exists();
            if gone || Instant::now() > deadline {
                return Err(self.last_words());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Sends a signal to the server, such as [`Signal::KILL`], [`Signal::STOP`] or [`Signal::CONT`].
    pub fn signal(&self, signal: Signal) {
        let pid = self.pid().expect("it was started");
        // A server that is gone needs no signal.
        let _gone = kill_process(pid, signal);
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(3).collect();
        format!("mongod does not listen on port {}: {}", self.port, lines.join(" | "))
    }
}

fn command_line(program: &Program, kind: Kind, node: &Node) -> Vec<String> {
    let Node { folder, host, port } = node;
    match program {
        Program::Docker => docker::command_line(*port),
        Program::Mongod(path) => {
            let data = folder.join("data");
            [
                path.to_string_lossy().as_ref(),
                "--port",
                &port.to_string(),
                "--bind_ip",
                &host.address.to_string(),
                "--dbpath",
                data.to_string_lossy().as_ref(),
                // What a transaction writes must fit into a fifth of it; it is taken as it is needed.
                "--wiredTigerCacheSizeGB",
                "2",
                "--oplogSize",
                "200",
                "--setParameter",
                "diagnosticDataCollectionEnabled=false",
                // The files of a database that was dropped stay open as long as history is kept, five minutes as it
                // comes, and until the next checkpoint: with a database for each test they would soon be too many.
                "--setParameter",
                "minSnapshotHistoryWindowInSeconds=30",
                "--syncdelay",
                "10",
                "--quiet",
            ]
            .into_iter()
            .map(str::to_owned)
            .chain(membership(kind, folder))
            .collect()
        }
    }
}

fn membership(kind: Kind, folder: &Path) -> Vec<String> {
    let member = ["--replSet", "rs0"].map(str::to_owned);
    match kind {
        Kind::Member => member.to_vec(),
        Kind::Guarded => {
            let key = ["--keyFile".to_owned(), folder.join(KEY).to_string_lossy().into_owned()];
            member.into_iter().chain(key).collect()
        }
        Kind::Standalone => Vec::new(),
    }
}

/// The file by which members of a guarded replica set know each other.
pub(super) const KEY: &str = "key";
