//! Where a store lies, and how its file comes to be: readable by its owner alone.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crm_app::open_mode::OpenMode;
use rustix::fs::OFlags;

use super::error::OpenError;
use super::filesystem;

/// Where a store lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In a file, with two more beside it while it is open (`-wal`, `-shm`).
    File(PathBuf),
    /// In memory: gone with the engine.
    Memory,
}

impl Location {
    /// Makes the folder and an empty file where there are none, unless the store must exist, and gives the location with
    /// its path resolved.
    pub(super) fn prepare(&self, mode: OpenMode) -> Result<Self, OpenError> {
        let path = match self {
            Self::Memory => return Ok(Self::Memory),
            Self::File(path) => path,
        };
        if mode == OpenMode::Existing && !path.try_exists().map_err(OpenError::File)? {
            return Err(OpenError::NoStore);
        }
        let path = prepare_folder(path)?;
        refuse_log_without_store(&path)?;
        create_file(&path).map_err(OpenError::File)?;
        Ok(Self::File(path))
    }
}

/// A log with something in it, and no store. The log is looked for first: another process makes the store before it.
fn refuse_log_without_store(path: &Path) -> Result<(), OpenError> {
    let log = beside(path, "-wal");
    let has_content = fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    if has_content && !path.try_exists().map_err(OpenError::File)? {
        return Err(OpenError::LogWithoutStore { log });
    }
    Ok(())
}

/// Makes the folder of a store's file (mode 0700) where it is missing, refuses a network file system, and
/// gives the path of the file with all links resolved: one store has one path, whatever way leads to it.
pub(crate) fn prepare_folder(path: &Path) -> Result<PathBuf, OpenError> {
    let path = std::path::absolute(path).map_err(OpenError::File)?;
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(OpenError::File(io::ErrorKind::IsADirectory.into()));
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(OpenError::File)?;
    let resolved = match fs::canonicalize(&path) {
        Ok(resolved) => resolved,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::canonicalize(folder).map_err(OpenError::File)?.join(name)
        }
        Err(error) => return Err(OpenError::File(error)),
    };
    filesystem::refuse_network(resolved.parent().unwrap_or(folder))?;
    Ok(resolved)
}

/// The path of a file that belongs to a store: `crm.db` and `.serve.lock` make `crm.db.serve.lock`.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes an empty file of mode 0600 where there is none, and never where a link leads. SQLite gives the files beside it
/// the same mode.
pub(super) fn create_file(path: &Path) -> io::Result<()> {
    options().write(true).open(path).map(drop)
}

/// Opens a file, or makes it with mode 0600; refuses a link (`ELOOP`).
pub(super) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}
