//! What would let strangers in where strangers come: a start in production stops at each of these.

use std::path::{Path, PathBuf};

use config::Value;

use super::problem::{Problem, SECRETS};
use super::{Settings, key_file, tree};

/// What is wrong with how the server would be reached.
pub fn flaws(settings: &Settings) -> Vec<Problem> {
    if !settings.environment.is_strict() {
        return Vec::new();
    }
    let server = &settings.server;
    let mut problems = Vec::new();
    if !server.host.is_loopback() && server.tls.files().is_none() && !server.has_proxy() {
        let text = format!(
            "lets others than this machine ask in clear at {}; set server.tls.cert_file and server.tls.key_file, or \
             declare the proxy with TLS that stands before it: server.behind_proxy = true",
            server.host
        );
        problems.push(Problem::new("server.host", text));
    }
    if let Some((_, key)) = server.tls.files() {
        problems.extend(key_file::flaw(key).map(|flaw| Problem::new("server.tls.key_file", flaw)));
    }
    problems
}

/// Files that hold a secret among the settings and that others could read.
pub(super) fn open_files_with_secrets(settings: &Settings, tree: &Value, cwd: &Path) -> Vec<Problem> {
    if !settings.environment.is_strict() {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for key in SECRETS {
        let given = tree::get(tree, key).filter(|value| !value.to_string().is_empty());
        let Some(file) = given.and_then(|value| file_of(value.origin()?, cwd)) else {
            continue;
        };
        let flaw = key_file::flaw(&file);
        // By the file: the secret itself may have a flaw of its own.
        let named = |flaw| Problem::new(file.display().to_string(), format!("holds a secret and {flaw}"));
        problems.extend(flaw.map(named));
    }
    problems
}

/// The file that a value came from, if it came from one.
fn file_of(origin: &str, cwd: &Path) -> Option<PathBuf> {
    let path = match origin.strip_suffix(" in .env") {
        Some(_) => cwd.join(".env"),
        None => cwd.join(origin),
    };
    path.is_file().then_some(path)
}
