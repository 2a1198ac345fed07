//! A MongoDB in a container, where there is no other.

use std::process::{Command, Stdio};

/// The image; a version without the holes that are known of.
const IMAGE: &str = "mongo:8.0.17";

/// Whether Docker answers.
pub(super) fn answers() -> bool {
    Command::new("docker")
        .args(["info", "--format", "{{.ServerVersion}}"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command line that runs a server in the foreground, reached on this port; it ends with the command.
pub(super) fn command_line(port: u16) -> Vec<String> {
    let publish = format!("127.0.0.1:{port}:{port}");
    let port = port.to_string();
    [
        "docker",
        "run",
        "--rm",
        "--init",
        "--publish",
        &publish,
        IMAGE,
        "mongod",
        "--replSet",
        "rs0",
        "--port",
        &port,
    ]
    .into_iter()
    .chain(["--bind_ip_all", "--quiet"])
    .map(str::to_owned)
    .collect()
}
